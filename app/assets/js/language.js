// The language switch asks the server for the same page in another language: what was typed goes along in this tab's
// memory and is put back there. Passwords and files are not kept.
(() => {
  "use strict";

  const KEPT = "typed-before-language";
  const LEFT_OUT = "[type=hidden], [type=password], [type=file], [type=submit], [type=button], [type=reset]";

  /** The controls of a page that hold what a person typed, each with a name that is the same in every language. */
  function controls() {
    const forms = [...document.forms].filter((form) => !form.matches("[data-language]"));
    return forms.flatMap((form, place) =>
      [...form.elements]
        .filter((one) => one.name && one.matches("input, textarea, select") && !one.matches(LEFT_OUT))
        .map((one) => ({ key: `${place} ${form.getAttribute("action") ?? ""} ${one.name}`, one })),
    );
  }

  function valuesOf({ one }) {
    if (one.matches("[type=checkbox], [type=radio]")) return [one.checked ? one.value : null];
    if (one.matches("select[multiple]")) return [...one.selectedOptions].map((option) => option.value);
    return [one.value];
  }

  function keep() {
    const typed = {};
    for (const control of controls()) (typed[control.key] ??= []).push(...valuesOf(control));
    sessionStorage.setItem(KEPT, JSON.stringify({ page: location.pathname, typed }));
  }

  /** Put `values` back; true when that changed something. */
  function put(one, values) {
    if (one.matches("[type=checkbox], [type=radio]")) {
      const checked = values.includes(one.value);
      return checked !== one.checked && ((one.checked = checked), true);
    }
    if (one.matches("select[multiple]")) {
      const before = JSON.stringify(valuesOf({ one }));
      for (const option of one.options) option.selected = values.includes(option.value);
      return before !== JSON.stringify(valuesOf({ one }));
    }
    const next = values.shift();
    return next !== undefined && next !== one.value && ((one.value = next), true);
  }

  function restore() {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
    sessionStorage.removeItem(KEPT);
    if (kept?.page !== location.pathname) return;
    for (const { key, one } of controls()) {
      // Whoever keeps drafts and draws previews hears of it as if it had been typed here.
      if (kept.typed[key] && put(one, kept.typed[key])) one.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-language]")) keep();
  });
  // htmx changes the address without a new page, and the switch leads to where one is.
  document.addEventListener("htmx:pushedIntoHistory", () => {
    for (const next of document.querySelectorAll("[data-language] [name=next]")) next.value = location.pathname + location.search;
  });
  // After htmx has read the page, so that it hears the events.
  window.addEventListener("load", restore);
})();
