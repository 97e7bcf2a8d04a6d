"""llama.cpp's own API, by requests as its clients send them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from models import WORDS
from served import FREE, NAME, PROMPT, events

ASKED: dict[str, Any] = {"prompt": PROMPT, "n_predict": 12, "seed": 5, **FREE}

# As the web page of llama.cpp's server asks, but for its own prompt.
OF_ITS_PAGE: dict[str, Any] = {
    "stream": True,
    "n_predict": 12,
    "temperature": 0.7,
    "stop": ["</s>", "Llama:", "User:"],
    "repeat_last_n": 256,
    "repeat_penalty": 1.18,
    "penalize_nl": False,
    "top_k": 40,
    "top_p": 0.95,
    "min_p": 0.05,
    "typical_p": 1,
    "presence_penalty": 0,
    "frequency_penalty": 0,
    "mirostat": 0,
    "mirostat_tau": 5,
    "mirostat_eta": 0.1,
    "grammar": "",
    "n_probs": 2,
    "image_data": [],
    "cache_prompt": True,
    "slot_id": -1,
    "prompt": PROMPT,
}


def complete(client: httpx.Client, path: str = "/completion", **changes: Any) -> Any:
    answer = client.post(path, json={**ASKED, **changes})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_an_answer_is_llama_s(client: httpx.Client) -> None:
    answer = complete(client, n_probs=3)
    assert answer["stop"] is True
    assert (answer["stop_type"], answer["stopping_word"]) == ("limit", "")
    assert (answer["tokens_evaluated"], answer["tokens_predicted"]) == (3, 12)
    assert (answer["model"], answer["prompt"]) == (NAME, PROMPT)
    assert answer["generation_settings"]["seed"] == 5
    rows = answer["completion_probabilities"]
    assert "".join(row["token"] for row in rows) == answer["content"]
    assert [row["id"] for row in rows] == answer["tokens"]
    for row in rows:
        assert bytes(row["bytes"]).decode() == row["token"]
        assert len(row["top_logprobs"]) == 3
        assert row["top_logprobs"][0]["logprob"] >= row["logprob"]
    plain = complete(client, "/completions")
    assert plain["content"] == answer["content"]
    assert "completion_probabilities" not in plain


def test_chances_after_all_that_bears_on_the_choice_are_told(client: httpx.Client) -> None:
    plain = complete(client, n_probs=3, best_of=1, top_k=2, top_p=1)
    answer = complete(client, n_probs=3, best_of=1, top_k=2, top_p=1, post_sampling_probs=True)
    assert answer["tokens"] == plain["tokens"]
    for row in answer["completion_probabilities"]:
        assert len(row["top_probs"]) == 3
        assert sum(own["prob"] for own in row["top_probs"]) == pytest.approx(1)  # of two words
        assert row["prob"] in [own["prob"] for own in row["top_probs"][:2]]
    greedy = complete(client, n_probs=1, temperature=0, post_sampling_probs=True)
    assert {row["prob"] for row in greedy["completion_probabilities"]} == {1.0}


def test_the_text_is_openai_s(client: httpx.Client) -> None:
    body = {"prompt": PROMPT, "max_tokens": 12, "seed": 5, **FREE}
    (choice,) = client.post("/v1/completions", json=body).json()["choices"]
    assert complete(client)["content"] == choice["text"]


def test_its_page_streams(client: httpx.Client) -> None:
    *chunks, last = events(client.post("/completion", json=OF_ITS_PAGE))
    assert all(chunk["stop"] is False for chunk in chunks)
    assert len(chunks) == 12
    for chunk in chunks:
        (row,) = chunk["completion_probabilities"]
        assert row["token"] == chunk["content"]
        assert chunk["tokens"] == [row["id"]]
    assert (last["stop"], last["content"], last["tokens_predicted"]) == (True, "", 12)
    assert last["generation_settings"]["repeat_penalty"] == 1.18


def test_a_stop_string_is_named(client: httpx.Client) -> None:
    text = complete(client, n_predict=40)["content"]
    stop = text[9:11]
    answer = complete(client, n_predict=40, stop=[stop])
    assert answer["content"] == text[: text.index(stop)]
    assert (answer["stop_type"], answer["stopping_word"]) == ("word", stop)


def test_several_prompts_are_several_answers(client: httpx.Client) -> None:
    answers = complete(client, prompt=[PROMPT, WORDS[7]])
    assert [own["index"] for own in answers] == [0, 1]
    assert answers[0]["content"] == complete(client)["content"]
    assert [own["prompt"] for own in complete(client, prompt=[PROMPT])] == [PROMPT]


def test_without_an_end_as_much_is_written_as_may_be(client: httpx.Client) -> None:
    assert complete(client, n_predict=None, best_of=1)["tokens_predicted"] == 200
    assert complete(client, n_predict=0)["content"] == ""
    with client.stream("POST", "/completion", json={**ASKED, "n_predict": -1, "stream": True}) as a:
        assert a.status_code == 200


def test_texts_are_cut_and_put_together(client: httpx.Client) -> None:
    text = f"{WORDS[5]}{WORDS[6]}，\n{WORDS[7]}"
    tokens = client.post("/tokenize", json={"content": text}).json()["tokens"]
    assert tokens == [5, 6, 1, 0, 7]
    pieces = client.post("/tokenize", json={"content": text, "with_pieces": True}).json()["tokens"]
    assert pieces[3] == {"id": 0, "piece": "\n"}
    assert client.post("/detokenize", json={"tokens": tokens}).json() == {"content": text}
    strange = client.post("/tokenize", json={"content": f"{WORDS[5]}永"}).json()["tokens"]
    assert strange == [5, len(WORDS)]
    assert client.post("/detokenize", json={"tokens": strange}).json()["content"][1] == "\ufffd"
    assert client.post("/tokenize", json={}).json() == {"tokens": []}


def test_the_server_tells_of_itself(client: httpx.Client) -> None:
    assert client.get("/health").json() == {"status": "ok"}
    found = client.get("/props").json()
    assert found["default_generation_settings"]["n_ctx"] == 2048
    assert found["default_generation_settings"]["params"]["temperature"] == 0.9
    assert (found["model_path"], found["chat_template"]) == (NAME, "")


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("/completion", {}, "prompt: expected a text or a list of texts, got null"),
        ("/completion", {"prompt": [5, 6]}, "prompt: expected"),
        ("/completion", {"prompt": "x"}, "prompt: "),
        ("/completion", {"prompt": PROMPT, "n_predict": 10**9}, "n_predict: expected"),
        ("/completion", {"prompt": PROMPT, "n_predict": -2}, "n_predict: expected"),
        ("/completion", {"prompt": PROMPT, "n_probs": -1}, "n_probs: expected"),
        ("/completion", {"prompt": PROMPT, "repeat_penalty": 0.5}, "repeat_penalty: expected"),
        ("/detokenize", {"tokens": [31]}, "tokens: expected numbers from 0 to 30, got 31"),
        ("/detokenize", {"tokens": [10**30]}, "tokens: expected"),
        ("/detokenize", {"tokens": ["a"]}, "tokens: expected a whole number"),
        ("/tokenize", {"content": "一" * 200_001}, "expected a text of at most 200,000"),
    ],
)
def test_what_cannot_be_is_refused_in_its_form(
    client: httpx.Client, path: str, body: dict[str, Any], message: str
) -> None:
    answer = client.post(path, json=body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, 400)
    assert error["type"] == "invalid_request_error"
    assert error["message"].startswith(message)
