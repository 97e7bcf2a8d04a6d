// Drafts in the browser (IndexedDB): what was typed a second ago is there after a crash, and a
// draft belongs to one tab, so that two tabs never write over each other's.

const NAME = "xuxie";
const DRAFTS = "drafts";

let opened = null;

function open() {
  opened ??= new Promise((done, failed) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(DRAFTS, { keyPath: "key" });
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  return opened;
}

async function ask(mode, work) {
  const base = await open();
  return new Promise((done, failed) => {
    const transaction = base.transaction(DRAFTS, mode);
    const request = work(transaction.objectStore(DRAFTS));
    transaction.oncomplete = () => done(request.result);
    transaction.onabort = transaction.onerror = () => failed(transaction.error ?? request.error);
  });
}

export const keep = (draft) => ask("readwrite", (store) => store.put(draft));
export const drop = (key) => ask("readwrite", (store) => store.delete(key));
export const find = (key) => ask("readonly", (store) => store.get(key));
export const all = () => ask("readonly", (store) => store.getAll());

/**
 * Return this tab's own name, the same after a reload and another in every other tab.
 * A doubled tab brings its sister's name along: the lock tells that she lives.
 */
export async function tab() {
  let name = null;
  try {
    name = sessionStorage.getItem("xuxie.tab");
  } catch {
    // a name for this visit alone
  }
  for (let tries = 0; name && tries < 8; tries += 1) {
    if (await hold(name)) return name;
    await new Promise((done) => setTimeout(done, 50)); // the page before the reload is going
  }
  name = Math.random().toString(36).slice(2);
  try {
    sessionStorage.setItem("xuxie.tab", name);
  } catch {
    // as above
  }
  await hold(name);
  return name;
}

/** Take a tab's lock for as long as the page lives; return whether it was free. */
function hold(name) {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((done) => {
    navigator.locks.request(`xuxie.${name}`, { ifAvailable: true }, (lock) => {
      done(lock !== null);
      return lock === null ? undefined : new Promise(() => {});
    });
  });
}

/** Return the names of the tabs that live, or null where the browser cannot tell. */
export async function living() {
  if (!navigator.locks) return null;
  const { held } = await navigator.locks.query();
  return new Set(held.map((lock) => lock.name.replace(/^xuxie\./, "")));
}
