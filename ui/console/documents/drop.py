"""Where documents are dropped, or chosen: each is sent by a request of its own, and what became of it is said."""

from ui.console.documents.kinds import KINDS
from ui.console.documents.routes import UPLOAD


def drop_html(most_bytes: int) -> str:
    """The place to drop documents; most_bytes: what is larger is not sent at all."""
    return (
        f'<div class="he-drop" data-to="{UPLOAD}" data-most="{most_bytes}"><label><b>Drop documents here</b>'
        f"<span>or choose them: {KINDS}, up to {most_bytes // 2**20} MB each</span>"
        '<input type="file" multiple aria-label="Documents to add"></label>'
        '<ul class="he-dropped" aria-live="polite"></ul></div>'
    )


DROP_SCRIPT = """
const place = () => element.querySelector('.he-drop');
const say = (name, words, kind) => {
  const line = document.createElement('li'), list = element.querySelector('.he-dropped');
  line.textContent = `${name}: ${words}`;
  if (kind) line.className = kind;
  list.append(line);
  while (list.children.length > 8) list.firstChild.remove();
  return line;
};
const send = async (file) => {
  const most = Number(place().dataset.most);
  if (file.size > most) { say(file.name, `it is larger than ${Math.floor(most / 2 ** 20)} MB`, 'bad'); return null; }
  const line = say(file.name, 'on its way');
  try {
    const to = `${place().dataset.to}?name=${encodeURIComponent(file.name)}`;
    const answer = await fetch(to, {method: 'POST', body: file});
    const taken = answer.status === 201;
    line.textContent = `${file.name}: ${taken ? 'taken' : (await answer.text()).trim()}`;
    line.className = taken ? '' : 'bad';
    return taken ? (await answer.json()).key : null;
  } catch (error) {
    line.textContent = `${file.name}: it can't be read, or the console does not answer`;
    line.className = 'bad';
    return null;
  }
};
const sendAll = async (files) => {
  const keys = [];
  element.querySelector('.he-dropped').replaceChildren();
  for (const file of files) { const key = await send(file); if (key) keys.push(key); }
  if (keys.length) trigger('click', {keys});
};
element.addEventListener('change', async (event) => {
  if (!event.target.matches('input[type=file]')) return;
  const files = [...event.target.files];
  event.target.value = '';
  await sendAll(files);
});
['dragenter', 'dragover'].forEach((kind) => element.addEventListener(kind, (event) => {
  event.preventDefault();
  place().classList.add('over');
}));
['dragleave', 'drop'].forEach((kind) => element.addEventListener(kind, () => place().classList.remove('over')));
element.addEventListener('drop', async (event) => {
  event.preventDefault();
  await sendAll([...event.dataTransfer.files]);
});
"""
