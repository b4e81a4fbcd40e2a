"use strict";
{
  const article = document.querySelector("article");
  const text = article.querySelector(".text");
  const detail = document.getElementById("detail");
  const LINGER_MS = 250;
  const DWELL_MS = 500;
  const LANE = { first: 8, step: 7, count: 3 };
  let pinned = false;
  let leaving = 0;
  let dwelling = 0;

  // The detail says what the titles say, and more.
  for (const part of text.querySelectorAll("[title]")) part.removeAttribute("title");

  const threads = shape("svg", { class: "threads", "aria-hidden": "true" });
  article.prepend(threads);

  function shape(name, attributes) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  /* Quotes that a node belongs to, the innermost first. */
  function quotesOf(node) {
    const numbers = new Set();
    for (let part = node.closest("[data-of]"); part; part = part.parentElement.closest("[data-of]"))
      for (const number of part.dataset.of.split(" ")) numbers.add(number);
    return numbers;
  }

  function light(numbers) {
    for (const part of document.querySelectorAll("[data-of]"))
      part.classList.toggle("lit", part.dataset.of.split(" ").some((number) => numbers.has(number)));
  }

  /* Light up at once; the detail, which covers text, waits for a pointer that only passes. */
  function show(node, wait = 0) {
    const numbers = quotesOf(node);
    if (!numbers.size) return;
    clearTimeout(leaving);
    clearTimeout(dwelling);
    light(numbers);
    if (!text.contains(node) || node.closest(".note")) detail.hidden = true;
    else if (wait) dwelling = setTimeout(open, wait, node, numbers);
    else open(node, numbers);
  }

  function open(node, numbers) {
    const card = document.getElementById(`n${numbers.values().next().value}`).cloneNode(true);
    for (const link of card.querySelectorAll("a")) link.removeAttribute("href");
    detail.replaceChildren(...card.childNodes);
    detail.className = card.className;
    detail.hidden = false;
    place(node.closest("[data-of]").getClientRects()[0]);
  }

  /* Beside the words, inside the window; a narrow window has it as a sheet at its foot instead. */
  function place(words) {
    const below = words.bottom + 8;
    const fits = below + detail.offsetHeight <= innerHeight;
    const right = Math.max(8, Math.min(words.right, document.documentElement.clientWidth - 8));
    detail.style.left = `${Math.max(8, right - detail.offsetWidth)}px`;
    detail.style.top = `${fits ? below : Math.max(8, words.top - detail.offsetHeight - 8)}px`;
  }

  function hide() {
    clearTimeout(leaving);
    clearTimeout(dwelling);
    pinned = false;
    detail.hidden = true;
    light(new Set());
  }

  function leave() {
    clearTimeout(leaving);
    clearTimeout(dwelling);
    if (!pinned) leaving = setTimeout(hide, LINGER_MS);
  }

  for (const area of document.querySelectorAll(".text, .actors")) {
    area.addEventListener("pointerover", (event) => {
      if (pinned || event.pointerType === "touch") return;
      if (quotesOf(event.target).size) show(event.target, event.target.closest(".badge") ? 0 : DWELL_MS);
      else leave();
    });
    area.addEventListener("pointerleave", leave);
    area.addEventListener("focusin", (event) => {
      if (!pinned) show(event.target);
    });
    area.addEventListener("focusout", leave);
  }
  detail.addEventListener("pointerenter", () => clearTimeout(leaving));
  detail.addEventListener("pointerleave", leave);

  document.addEventListener("click", (event) => {
    if (detail.contains(event.target) || !getSelection().isCollapsed) return;
    const byKeyboard = event.detail === 0;
    hide();
    if (byKeyboard || !text.contains(event.target) || !quotesOf(event.target).size) return;
    show(event.target);
    pinned = true;
    if (event.target.closest(".badge")) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  addEventListener("scroll", () => { if (!pinned) hide(); }, { passive: true });

  /* A thread in the margin from each mention to the cues that mean it, and the whole way for the one that is lit. */
  function drawThreads() {
    const box = article.getBoundingClientRect();
    const lanes = [];
    const spot = (node) => {
      const words = node.getClientRects()[0] ?? node.getBoundingClientRect();
      return { x: words.left + words.width / 2 - box.left, top: words.top - box.top, y: (words.top + words.bottom) / 2 - box.top };
    };
    threads.replaceChildren();
    for (const anchor of text.querySelectorAll(".place")) {
      const start = spot(anchor.nextElementSibling ?? anchor);
      const notes = [...text.querySelectorAll(`.note[href="#${anchor.id}"]`)].map((note) => ({ ...spot(note), of: note.dataset.of }));
      if (!notes.length) continue;
      const last = Math.max(...notes.map((note) => note.y));
      const free = lanes.findIndex((bottom) => bottom < start.y);
      const lane = Math.min(free < 0 ? lanes.length : free, LANE.count - 1);
      lanes[lane] = last + 4;
      const x = box.width - LANE.first - (LANE.count - 1 - lane) * LANE.step;
      const of = anchor.dataset.of;
      threads.append(
        shape("path", { class: "thread", "data-of": of, d: `M${x} ${start.y}V${last}` }),
        shape("circle", { class: "mention-dot", "data-of": of, cx: x, cy: start.y, r: 4 }),
      );
      for (const note of notes)
        threads.append(
          shape("circle", { class: "cue-dot", "data-of": note.of, cx: x, cy: note.y, r: 3 }),
          shape("path", {
            class: "way",
            "data-of": note.of,
            d: `M${start.x} ${start.top}V${start.top - 5}H${x}V${note.top - 5}H${note.x}V${note.top}`,
          }),
          shape("circle", { class: "way end", "data-of": note.of, cx: start.x, cy: start.top, r: 3 }),
        );
    }
  }
  new ResizeObserver(drawThreads).observe(article);
}
