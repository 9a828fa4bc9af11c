"use strict";
// Удобства поверх готовой страницы: без этого файла всё работает, только чуть медленнее.

// После отправки с ошибками внимание — на список того, что исправить.
function focusSummary(root) {
  root.querySelector("[data-focus]")?.focus();
}

// Вторая отправка той же формы, пока идёт первая, не делает ничего.
const sending = new WeakSet();

function guard(event) {
  const form = event.target;
  if (form.method !== "post" || "repeatable" in form.dataset) return;   // скачивание: <form data-repeatable>
  if (sending.has(form)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  sending.add(form);
  form.setAttribute("aria-busy", "true");
}

// Страница, возвращённая кнопкой «Назад», снова принимает отправку.
function release() {
  for (const form of document.forms) {
    sending.delete(form);
    form.removeAttribute("aria-busy");
  }
}

// Что уходит из дома, подтверждают числом: <form data-confirm="Отправить 412 школам">.
function confirmFirst(event) {
  const form = event.target;
  const question = form.dataset.confirm;
  if (!question || form.dataset.confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(question).then((agreed) => {
    if (!agreed) return;
    form.dataset.confirmed = "yes";
    form.requestSubmit(event.submitter);
    delete form.dataset.confirmed;
  });
}

function ask(question) {
  const dialog = document.createElement("dialog");
  const heading = Object.assign(document.createElement("h2"), { id: "ask", textContent: `${question}?` });
  const actions = Object.assign(document.createElement("form"), { method: "dialog", className: "actions" });
  actions.append(button(question, "btn btn-primary", "yes"), button("Не сейчас", "btn btn-line", ""));
  dialog.setAttribute("aria-labelledby", "ask");
  dialog.append(heading, actions);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

function button(words, className, value) {
  return Object.assign(document.createElement("button"), { textContent: words, className, value });
}

// Ctrl+K — к поиску; J и K — к следующему и прошлому свидетельству; «?» — список клавиш.
function keys(event) {
  if (event.ctrlKey && event.code === "KeyK") {
    const field = document.getElementById("quickfind");
    if (!field) return;
    event.preventDefault();
    field.focus();
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("input, select, textarea, dialog, [contenteditable]")) return;
  if (event.code === "KeyJ") step(1);
  if (event.code === "KeyK") step(-1);
  if (event.key === "?") document.querySelector("[data-keys]")?.click();
}

function step(by) {
  const stops = [...document.querySelectorAll(".evidence")];
  const here = stops.findIndex((stop) => stop.contains(document.activeElement));
  const next = stops[here < 0 ? (by > 0 ? 0 : stops.length - 1) : here + by];
  if (!next) return;
  next.tabIndex = -1;
  next.focus();
}

// Меню телефона закрывается клавишей Esc.
function closeMenu(event) {
  const menu = document.querySelector(".burger[open]");
  if (event.key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}

// Сколько знаков набрано: <textarea data-count="id">, число — в [data-signs] внутри этого id.
function count(event) {
  const place = event.target.dataset?.count && document.getElementById(event.target.dataset.count);
  if (place) place.querySelector("[data-signs]").textContent = event.target.value.length;
}

// Широкая таблица по годам открывается на последнем: <div class="scroll-x" data-newest>.
function showNewest(root) {
  for (const place of root.querySelectorAll("[data-newest]")) place.scrollLeft = place.scrollWidth;
}

document.addEventListener("input", count);
document.addEventListener("submit", confirmFirst, true);   // раньше, чем форму возьмёт htmx
document.addEventListener("submit", guard, true);
document.addEventListener("keydown", keys);
document.addEventListener("keydown", closeMenu);
window.addEventListener("pageshow", release);
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.target instanceof HTMLFormElement) sending.delete(event.target);
});
document.addEventListener("htmx:load", (event) => focusSummary(event.target));
focusSummary(document);
showNewest(document);
