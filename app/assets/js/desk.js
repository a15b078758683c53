// Keys for the review desk: data-key on a button or link, j and k through [data-queue], ? for the list of keys.
(() => {
  "use strict";

  const TYPING = "input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=submit]), textarea, select";
  const CLAIM_AGAIN = 5 * 60 * 1000;
  let claimed = 0;

  function shortcuts() {
    return document.querySelector("dialog[data-shortcuts]");
  }

  function toggleShortcuts() {
    const dialog = shortcuts();
    if (!dialog) return;
    if (dialog.open) dialog.close();
    else {
      const off = dialog.querySelector("[data-shortcuts-off]");
      if (off) off.checked = areOff();
      dialog.showModal();
    }
  }

  /** To the next or previous line of the queue; beside a card that opens it. */
  function step(by) {
    const queue = document.querySelector("[data-queue]");
    const links = [...(queue?.querySelectorAll("a") ?? [])];
    if (!links.length) return;
    const focused = links.indexOf(document.activeElement);
    const current = focused >= 0 ? focused : links.findIndex((link) => link.hasAttribute("aria-current"));
    const next = links[Math.min(Math.max(current + by, 0), links.length - 1)];
    if (queue.hasAttribute("data-opens")) {
      if (!next.hasAttribute("aria-current")) next.click();
      return;
    }
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  /** Choose the line of the queue in which the focus is. */
  function choose() {
    const box = document.activeElement?.closest("[data-queue] tr")?.querySelector("input[type=checkbox]");
    box?.click();
    return Boolean(box);
  }

  /** Close the open question of a decision and go back to its button; false when none is open. */
  function closeSheet() {
    const open = document.querySelector("details[data-act][open]");
    if (!open) return false;
    open.open = false;
    open.querySelector("summary").focus();
    return true;
  }

  /** A decision that asks something asks at once; only one asks at a time. */
  function openSheet(sheet) {
    for (const other of document.querySelectorAll("details[data-act][open]")) {
      if (other !== sheet) other.open = false;
    }
    sheet.querySelector(".desk__sheet :is(input:not([type=hidden]), select, textarea)")?.focus();
  }

  /** Send the question that is open. */
  function send() {
    const sheet = document.querySelector("details[data-act][open] .desk__sheet");
    const button = sheet?.querySelector("button[type=submit]");
    button?.click();
    return Boolean(button);
  }

  function press(key) {
    const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!target || target.disabled) return false;
    if (target.matches("button, a, summary, input[type=submit]")) target.click();
    else target.focus();
    return true;
  }

  // Single keys get in the way of speech input, so a person can turn them off for good.
  const areOff = () => localStorage.getItem("desk-keys") === "off";

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-shortcuts-off]")) localStorage.setItem("desk-keys", event.target.checked ? "off" : "on");
  });

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && !event.isComposing) {
      if (send()) event.preventDefault();
      return;
    }
    if (areOff() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.matches(TYPING) || event.target.isContentEditable) {
      if (event.key === "Escape" && !closeSheet()) event.target.blur();
      return;
    }
    const key = event.key.toLowerCase();
    if (key === "?") toggleShortcuts();
    else if (shortcuts()?.open) return;
    else if (event.key === "Escape") {
      if (!closeSheet()) return;
    } else if (document.querySelector("details[data-act][open]")) return;
    else if (key === "j") step(1);
    else if (key === "k") step(-1);
    else if (key === "x") {
      if (!choose()) return;
    } else if (key === "enter") {
      // A focused link or button does its own thing; the page as a whole begins with its first case.
      if (event.repeat || event.target.matches("a, button, summary, input") || !press("enter")) return;
    } else if (!/^[a-z0-9]$/.test(key) || event.repeat || !press(key)) return;
    event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-shortcuts-open], [data-shortcuts-close]")) toggleShortcuts();
    const sheet = event.target.closest("details[data-act] > summary")?.parentElement;
    if (sheet) setTimeout(() => sheet.open && openSheet(sheet));
  });

  /** Tell colleagues that this card is being read, again and again while it is. */
  async function claim() {
    const heading = document.querySelector("[data-claim]");
    const token = document.querySelector("#desk input[name=csrf_token]")?.value;
    if (!heading || !token || document.hidden) return;
    claimed = Date.now();
    try {
      const answer = await fetch(heading.dataset.claim, { method: "POST", headers: { "X-CSRFToken": token } });
      const reader = heading.querySelector("[data-reader]");
      if (reader && answer.ok) reader.textContent = await answer.text();
    } catch {
      // Nobody is told; the decision itself still counts once.
    }
  }
  setInterval(() => Date.now() - claimed > CLAIM_AGAIN && claim(), 60 * 1000);

  function ready() {
    document.documentElement.dataset.keys = "ready";
    for (const button of document.querySelectorAll("[data-shortcuts-open]")) button.hidden = false;
    // On a phone the queue stands below the card and does not scroll by itself: stay with the card there.
    const queue = document.querySelector(".desk__queue");
    if (queue && queue.scrollHeight > queue.clientHeight) {
      queue.querySelector("[data-queue] a[aria-current]")?.scrollIntoView({ block: "nearest" });
    }
  }
  ready();
  claim();

  // Refusals are shown in the place of the card: the same card with its errors, or the page that says who was first.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const answer = event.detail;
    if (answer.target.id !== "desk") return;
    if (answer.serverResponse.includes('id="desk"')) answer.shouldSwap = true;
    else if (answer.serverResponse.includes('class="error-page"')) {
      answer.shouldSwap = true;
      answer.selectOverride = ".error-page";
    } else location.assign(answer.xhr.responseURL);
  });

  document.addEventListener("htmx:afterSettle", () => {
    ready();
    claim();
    // Who presses keys faster than a page settles is in a question already.
    if (document.activeElement?.closest(".desk__sheet") && !document.querySelector("[data-error-summary]")) return;
    const first = document.querySelector("[data-error-summary]") ?? document.querySelector("[data-desk-heading], .error-page h1");
    if (!first) return;
    first.tabIndex = -1;
    first.focus();
  });
})();
