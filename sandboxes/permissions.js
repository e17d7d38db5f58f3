// Notices when a page asks for what a browser would ask a person about. It gets, as one argument, a word that only we
// know, and what to notice: [path of the object, its functions, in words, whether to refuse here].
({ word, asks }) => {
  const tell = console.debug.bind(console); // before the page can put another in its place
  const { apply } = Reflect;
  const find = (path) => path.split('.').reduce((object, name) => (object ? object[name] : undefined), window);
  for (const [path, names, about, refuses] of asks) {
    const object = find(path);
    for (const name of object ? names : []) {
      const own = Object.getOwnPropertyDescriptor(object, name);
      if (!own || typeof own.value !== 'function') continue;
      const asked = (target, self, given) => {
        const isKey = path.startsWith('Credentials');
        if (isKey && !(given[0] && given[0].publicKey)) return apply(target, self, given);
        tell(word, about);
        if (!refuses) return apply(target, self, given);
        return Promise.reject(new DOMException('Permission denied', 'NotAllowedError'));
      };
      Object.defineProperty(object, name, { ...own, value: new Proxy(own.value, { apply: asked }) });
    }
  }
}
