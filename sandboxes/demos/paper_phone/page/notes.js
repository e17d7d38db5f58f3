"use strict";
// The Notes app: a note is kept as it is written; one that is left empty was never there.

const note = (id) => phone.world.notes.find((one) => one.id === id);

// The note of a route, made when its first character is written.
function written(route) {
  if (route.id == null) {
    route.id = phone.nextId("notes");
    phone.world.notes.push({ id: route.id, title: "", text: "" });
  }
  return note(route.id);
}

function forget(one) {
  ask("Delete note?", `${one.title || "This note"} will be deleted.`, "Delete", () => {
    phone.world.notes = phone.world.notes.filter((other) => other.id !== one.id);
    if (phone.route().screen === "edit") phone.back();
    else phone.draw();
  });
}

apps["org.paperphone.notes"] = {
  label: "Notes",
  activity: ".MainActivity",
  activities: { edit: ".EditActivity" },
  glyph: "note",
  colour: "#c8871e",
  screens: {
    main() {
      const rows = phone.world.notes.filter((one) => one.title || one.text).sort((one, other) => other.id - one.id);
      return page({
        title: "Notes",
        back: false,
        fixed: [h("button", { class: "plus", "aria-label": "Write a note", "data-id": "create", onclick: () => phone.go("edit") }, icon("add"))],
      }, ...(rows.length ? rows.map((one) => card(row({
        title: one.title || "Untitled", detail: one.text.split("\n")[0], id: `note_${one.id}`, class: "row note",
        onclick: () => phone.go("edit", { id: one.id }), onlongpress: (event) => { event.preventDefault(); forget(one); },
      }))) : [empty("No notes yet")]));
    },
    edit(route) {
      const one = route.id == null ? { title: "", text: "" } : note(route.id);
      if (!one) return page({ title: "Note" }, empty("This note was deleted"));
      const keep = (name) => (value) => { written(route)[name] = value; };
      return page({
        title: "Note",
        actions: [iconButton("trash", "Delete note", "delete", () => (route.id == null ? phone.back() : forget(note(route.id))))],
      },
      field({ title: "Title", id: "title", value: one.title, oninput: keep("title") }),
      h("label", { class: "field" }, h("span", { class: "title" }, "Text"),
        h("textarea", { "data-id": "text", "aria-label": "Text", spellcheck: "false", value: one.text, oninput: (event) => keep("text")(event.target.value) })));
    },
  },
};
