"use strict";
// The Contacts app: a list to search, and a page to look at, write or delete each.

const byName = (one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : one.id - other.id);
const contact = (id) => phone.world.contacts.find((one) => one.id === id);
const avatar = (name) => h("span", { class: "avatar" }, [...name.trim()][0]?.toUpperCase() ?? "?");

function found(sought) {
  const plain = sought.trim().toLowerCase();
  return phone.world.contacts.filter((one) => one.name.toLowerCase().includes(plain) || one.phone.includes(plain)).sort(byName);
}

function save(route) {
  const draft = { ...route.draft, name: route.draft.name.trim() };
  if (!draft.name) return phone.turn({ wrong: "A contact needs a name." });
  if (route.id == null) phone.world.contacts.push({ ...draft, id: phone.nextId("contacts") });
  else Object.assign(contact(route.id), draft);
  return phone.back();
}

function remove(one) {
  ask("Delete contact?", `${one.name} will be deleted.`, "Delete", () => {
    phone.world.contacts = phone.world.contacts.filter((other) => other.id !== one.id);
    phone.back();
  });
}

apps["com.android.contacts"] = {
  label: "Contacts",
  activity: ".activities.PeopleActivity",
  activities: { one: ".activities.ContactDetailsActivity", edit: ".activities.ContactEditorActivity" },
  glyph: "person",
  colour: "#2f6fd0",
  screens: {
    main(route) {
      const rows = found(route.sought ?? "").map((one) => row({
        title: one.name, detail: one.phone, id: `contact_${one.id}`, left: avatar(one.name), onclick: () => phone.go("one", { id: one.id }),
      }));
      return page({
        title: "Contacts",
        back: false,
        fixed: [h("button", { class: "plus", "aria-label": "Create contact", "data-id": "create", onclick: () => phone.go("edit", { draft: { name: "", phone: "", email: "" } }) }, icon("add"))],
      },
      field({ id: "search", placeholder: "Search contacts", value: route.sought ?? "", oninput: (value) => phone.turn({ sought: value, scrolled: 0 }) }),
      rows.length ? card(...rows) : empty(route.sought ? "No contact is called that" : "No contacts yet"));
    },
    one(route) {
      const one = contact(route.id);
      if (!one) return page({ title: "Contact" }, empty("This contact was deleted"));
      return page({
        title: one.name,
        actions: [
          iconButton("edit", "Edit contact", "edit", () => phone.go("edit", { id: one.id, draft: { name: one.name, phone: one.phone, email: one.email } })),
          iconButton("trash", "Delete contact", "delete", () => remove(one)),
        ],
      }, card(row({ title: one.phone || "None", detail: "Phone", id: "phone" }), row({ title: one.email || "None", detail: "Email", id: "email" })));
    },
    edit(route) {
      const part = (title, name) => field({ title, id: name, value: route.draft[name], oninput: (value) => { route.draft[name] = value; } });
      return page({
        title: route.id == null ? "Create contact" : "Edit contact",
        actions: [h("button", { class: "text-button filled", "data-id": "save", onclick: () => save(route) }, "Save")],
      }, part("Name", "name"), part("Phone", "phone"), part("Email", "email"), route.wrong ? h("div", { class: "heading danger" }, route.wrong) : null);
    },
  },
};
