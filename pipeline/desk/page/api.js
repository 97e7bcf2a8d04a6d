// Talking with the server: JSON, raw files, and streams of events. Failures become one line.

import { t } from "./language.js";
import { said } from "./said.js";

const ROOT = "/xuxie/v1";

/** What went wrong, in a line; `status` 0 where there was no answer at all. */
export class Failure extends Error {
  constructor(message, status = 0, body = null) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

async function send(method, path, { body, raw, signal } = {}) {
  const init = { method, signal, credentials: "same-origin" };
  if (raw !== undefined) init.body = raw;
  else if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { "Content-Type": "application/json" };
  }
  let answer;
  try {
    answer = await fetch(ROOT + path, init);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failure(t("no-server"));
  }
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => null);
  const fallback =
    answer.status === 401 || answer.status === 403
      ? t("no-token")
      : t("failed", { status: answer.status });
  throw new Failure(said(told?.error?.message) ?? fallback, answer.status, told);
}

const json = async (...given) => {
  const answer = await send(...given);
  return answer.status === 204 ? null : answer.json().catch(() => null);
};

export const get = (path) => json("GET", path);
export const post = (path, body) => json("POST", path, { body });
export const put = (path, body) => json("PUT", path, { body });
export const remove = (path) => json("DELETE", path);
export const upload = (path, file) => json("POST", path, { raw: file });

/** Return the address of something that the browser fetches itself. */
export const address = (path) => ROOT + path;

/**
 * Yield the events of a stream as {event, data}; leaving the loop or aborting closes it. One that
 * the server breaks off fails with what it says.
 * @param {"GET"|"POST"} method
 */
export async function* events(method, path, given = {}) {
  const answer = await send(method, path, given);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read().catch((error) => {
        throw error.name === "AbortError" ? error : new Failure(t("no-server"));
      });
      if (done) return;
      const parts = (rest + value).split("\n\n");
      rest = parts.pop();
      for (const part of parts) {
        const found = parse(part);
        if (found?.event === "error") throw new Failure(said(found.data.message));
        if (found) yield found;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** Return one event of a stream, or null for a comment or the closing mark. */
function parse(part) {
  let event = "message";
  const data = [];
  for (const line of part.split("\n")) {
    if (line.startsWith("event:")) event = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).trimStart());
  }
  if (!data.length || data[0] === "[DONE]") return null;
  return { event, data: JSON.parse(data.join("\n")) };
}
