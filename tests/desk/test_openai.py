"""OpenAI's completions: what is asked for, what comes, and what is refused."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from commands import invoke
from models import WORDS
from served import FREE, NAME, PROMPT, events

from pipeline.desk.desk import Desk
from pipeline.engine.writing.generate import spell
from pipeline.engine.writing.options import WritingOptions
from pipeline.engine.writing.sampling import Sampling

ASKED: dict[str, Any] = {"model": NAME, "prompt": PROMPT, "max_tokens": 12, "seed": 5, **FREE}


def complete(client: httpx.Client, **changes: Any) -> Any:
    answer = client.post("/v1/completions", json={**ASKED, **changes})
    assert answer.status_code == 200, answer.text
    assert answer.content.isascii()
    return answer.json()


def stream(client: httpx.Client, **changes: Any) -> list[Any]:
    answer = client.post("/v1/completions", json={**ASKED, "stream": True, **changes})
    assert answer.status_code == 200, answer.text
    *chunks, done = events(answer)
    assert done == "[DONE]"
    return chunks


def test_an_answer_has_all_that_the_api_promises(client: httpx.Client) -> None:
    answer = complete(client, logprobs=3)
    (choice,) = answer["choices"]
    assert answer["object"] == "text_completion"
    assert (answer["model"], choice["index"], choice["finish_reason"]) == (NAME, 0, "length")
    assert answer["usage"] == {"prompt_tokens": 3, "completion_tokens": 12, "total_tokens": 15}
    told = choice["logprobs"]
    assert "".join(told["tokens"]) == choice["text"]
    assert [len(told[name]) for name in told] == [12] * 5
    for place, token in enumerate(told["tokens"]):
        assert choice["text"][told["text_offset"][place] :].startswith(token)
        assert told["top_logprobs"][place][token] == told["token_logprobs"][place] <= 0
        row = told["content"][place]
        assert bytes(row["bytes"]).decode() == row["token"] == token
        assert row["logprob"] == told["token_logprobs"][place]
        tops = [own["logprob"] for own in row["top_logprobs"]]
        assert len(tops) == 3
        assert tops == sorted(tops, reverse=True)


def test_without_log_probabilities_none_are_told(client: httpx.Client) -> None:
    assert complete(client)["choices"][0]["logprobs"] is None
    none = complete(client, logprobs=0)["choices"][0]["logprobs"]["top_logprobs"]
    assert [len(own) for own in none] == [1] * 12
    like_a_chat = complete(client, logprobs=True, top_logprobs=2)["choices"][0]["logprobs"]
    assert {len(own) for own in like_a_chat["top_logprobs"]} <= {2, 3}
    assert complete(client, logprobs=False)["choices"][0]["logprobs"] is None


def test_a_stream_is_a_piece_a_chunk_and_the_same_text(client: httpx.Client) -> None:
    (whole,) = complete(client, logprobs=2)["choices"]
    *chunks, last = stream(client, logprobs=2)
    choices = [chunk["choices"][0] for chunk in chunks]
    assert [own["text"] for own in choices] == whole["logprobs"]["tokens"]
    for name in whole["logprobs"]:
        assert [own["logprobs"][name] for own in choices] == [
            [own] for own in whole["logprobs"][name]
        ]
    assert {own["finish_reason"] for own in choices} == {None}
    assert last["choices"][0] == {
        "text": "",
        "index": 0,
        "logprobs": None,
        "finish_reason": "length",
    }


def test_usage_is_told_at_the_end_of_a_stream_if_it_is_wanted(client: httpx.Client) -> None:
    assert all("usage" not in chunk for chunk in stream(client, stream_options=None))
    *chunks, last = stream(client, stream_options={"include_usage": True})
    assert {chunk["usage"] for chunk in chunks} == {None}
    assert last["choices"] == []
    assert last["usage"]["completion_tokens"] == 12


def test_prompts_and_texts_stand_in_their_order(client: httpx.Client, running: Any) -> None:
    prompts = [PROMPT, WORDS[8] * 3]
    choices = complete(client, prompt=prompts, n=3)["choices"]
    assert [own["index"] for own in choices] == list(range(6))
    alone = [
        complete(client, prompt=own, seed=5 + number)["choices"][0]["text"]
        for own in prompts
        for number in range(3)
    ]
    assert [own["text"] for own in choices] == alone
    texts = [""] * 6
    for chunk in stream(client, prompt=prompts, n=3):
        texts[chunk["choices"][0]["index"]] += chunk["choices"][0]["text"]
    assert texts == alone


def test_more_texts_than_are_written_at_once_are_written(client: httpx.Client) -> None:
    choices = complete(client, prompt=[PROMPT] * 3, n=16, max_tokens=2, best_of=1)["choices"]
    assert [own["text"] for own in choices[:16]] == [own["text"] for own in choices[32:]]
    assert len({own["text"] for own in choices}) > 4


@pytest.mark.parametrize(
    ("fields", "sampling"),
    [
        ({}, Sampling()),
        ({"best_of": 1}, Sampling(best_of=1)),
        (
            {"temperature": 0.7, "top_k": 9, "top_p": 0.8, "min_p": 0.05, "repeat_penalty": 1.5},
            Sampling(0.7, 9, 0.8, 1.5, min_p=0.05),
        ),
        ({"temperature": 0}, Sampling(temperature=0)),
        ({"top_k": -1, "top_p": None, "user": "me", "suffix": None}, Sampling()),
    ],
)
def test_the_text_is_that_of_the_writer(
    client: httpx.Client, running: tuple[str, Desk], fields: dict[str, Any], sampling: Sampling
) -> None:
    writer = running[1].models.load(NAME).writer
    seed = writer.understand(PROMPT)
    writing = WritingOptions(words=40, finish=False, **FREE)
    choices = list(writer.stream(seed, writing=writing, sampling=sampling, rng_seed=5))
    answer = complete(client, max_tokens=40, **fields)
    written = [own.word for own in choices][:40]  # breaks count too: no more than 40 pieces
    assert answer["choices"][0]["text"] == spell(written, previous=seed.words[-1])
    assert answer["usage"]["completion_tokens"] == len(written)


def test_the_text_is_that_of_the_command(client: httpx.Client, running: tuple[str, Desk]) -> None:
    artifacts = str(running[1].artifacts)
    options = ["--words", "30", "--rng-seed", "5", "--no-repeat", "0", "--max-copy", "0"]
    code, printed, errors = invoke("generate", PROMPT, *options, "--artifacts", artifacts)
    assert code == 0, errors
    (choice,) = complete(client, max_tokens=30, finish=True)["choices"]
    assert PROMPT + choice["text"] + "\n" == printed


def test_a_text_ends_before_a_stop_string(client: httpx.Client) -> None:
    text = complete(client, max_tokens=40)["choices"][0]["text"]
    stop = text[9:11]
    expected = text[: text.index(stop)]
    for stops in (stop, [stop], ["永永", stop, ""], [stop] * 6):
        (choice,) = complete(client, max_tokens=40, stop=stops, logprobs=1)["choices"]
        assert (choice["text"], choice["finish_reason"]) == (expected, "stop")
        assert "".join(choice["logprobs"]["tokens"]) == expected
        chunks = stream(client, max_tokens=40, stop=stops)
        assert "".join(own["choices"][0]["text"] for own in chunks) == expected
        assert chunks[-1]["choices"][0]["finish_reason"] == "stop"


def test_half_a_character_stops_nothing(client: httpx.Client) -> None:
    plain = complete(client)["choices"][0]["text"]
    for stop in ("\ud83d", "\udce4", "ä", "\ufffd"):
        data = f'{{"prompt": "{PROMPT}", "max_tokens": 12, "seed": 5, "stop": "{ascii(stop)[1:-1]}"'
        body = data.replace("\\x", "\\u00") + ', "no_repeat": 0, "max_copy": 0}'
        answer = client.post("/v1/completions", content=body.encode())
        assert answer.json()["choices"][0]["text"] == plain


def test_a_prompt_is_echoed(client: httpx.Client) -> None:
    prompt = f"  {PROMPT}\r\n{WORDS[6]}"
    plain = complete(client, prompt=prompt)["choices"][0]["text"]
    (choice,) = complete(client, prompt=prompt, echo=True, logprobs=1)["choices"]
    assert choice["text"] == prompt + plain
    told = choice["logprobs"]
    assert "".join(told["tokens"]) == choice["text"]
    assert [place for place, own in enumerate(told["token_logprobs"]) if own is None] == [0]
    streamed = [own["choices"][0] for own in stream(client, prompt=prompt, echo=True, logprobs=1)]
    assert [own["text"] for own in streamed[:-1]] == told["tokens"]
    (scored,) = complete(client, prompt=prompt, echo=True, logprobs=1, max_tokens=0)["choices"]
    assert (scored["text"], scored["finish_reason"]) == (prompt, "length")
    assert scored["logprobs"]["token_logprobs"] == told["token_logprobs"][:5]


def test_models_are_listed_by_name(client: httpx.Client) -> None:
    listed = client.get("/v1/models").json()
    (row,) = listed["data"]
    assert (listed["object"], row["id"], row["object"]) == ("list", NAME, "model")
    assert client.get(f"/v1/models/{NAME}").json() == row
    assert client.get("/v1/models/红").json()["error"]["code"] == "model_not_found"


@pytest.mark.parametrize(
    ("changes", "status", "param", "message"),
    [
        ({"prompt": None}, 400, "prompt", "expected a text or a list of texts, got null"),
        ({"prompt": []}, 400, "prompt", "got []"),
        ({"prompt": 5}, 400, "prompt", "got 5"),
        ({"prompt": [1, 2]}, 400, "prompt", "expected a text or a list of texts, got [1, 2]"),
        ({"prompt": [PROMPT, 2]}, 400, "prompt", "expected a text, got 2"),
        ({"prompt": [PROMPT] * 17}, 400, "prompt", "at most 16"),
        ({"prompt": "  "}, 400, "prompt", "expected a few words, got none"),
        ({"prompt": "abc"}, 400, "prompt", "expected Chinese words that the novel knows"),
        ({"max_tokens": 10**9}, 400, "max_tokens", "from 0 to 8,192, got 1000000000"),
        ({"max_tokens": -1}, 400, "max_tokens", "got -1"),
        ({"max_tokens": "12"}, 400, "max_tokens", 'expected a whole number, got "12"'),
        ({"max_tokens": 8192, "n": 16, "prompt": [PROMPT] * 2}, 400, None, "in all texts"),
        ({"n": 17}, 400, "n", "from 1 to 16"),
        ({"temperature": -1}, 400, "temperature", "at least 0"),
        ({"temperature": 10**400}, 400, "temperature", "expected a number"),
        ({"temperature": [1]}, 400, "temperature", "expected a number, got [1]"),
        ({"top_p": 1.5}, 400, "top_p", "above 0 and up to 1"),
        ({"min_p": 2}, 400, "min_p", "from 0 to 1"),
        ({"top_k": -2}, 400, "top_k", "at least 0"),
        ({"rep_pen": 0.5}, 400, "rep_pen", "at least 1"),
        ({"best_of": 65}, 400, "best_of", "1 to 64"),
        ({"seed": -2}, 400, "seed", "from -1 to"),
        ({"seed": 2**64}, 400, "seed", "from -1"),
        ({"logprobs": 21}, 400, "logprobs", "from 0 to 20"),
        ({"logprobs": 20, "n": 16, "max_tokens": 8192}, 400, None, "log probabilities in all"),
        ({"stop": 5}, 400, "stop", "expected a list, got 5"),
        ({"stop": ["永"] * 257}, 400, "stop", "at most 256"),
        ({"stop": "永" * 257}, 400, "stop", "at most 256"),
        ({"stream": "yes"}, 400, "stream", "true or false"),
        ({"no_repeat": 1}, 400, "no_repeat", "0 or a whole number"),
        ({"must_include": ["永"]}, 400, "must_include", "words of this novel"),
        ({"model": "没有"}, 404, "model", "GET /v1/models lists, got 没有"),
        ({"model": "../澄秋阁"}, 404, "model", "GET /v1/models lists"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    client: httpx.Client, changes: dict[str, Any], status: int, param: str | None, message: str
) -> None:
    for streamed in (False, True):
        answer = client.post("/v1/completions", json={**ASKED, "stream": streamed, **changes})
        error = answer.json()["error"]
        assert (answer.status_code, error["type"]) == (status, "invalid_request_error")
        assert error["param"] == param
        assert message in error["message"]
        assert "\n" not in error["message"]


@pytest.mark.parametrize("body", ["x", "[1]", '{"prompt": NaN}', '{"temperature": Infinity}'])
def test_what_is_no_json_is_refused(client: httpx.Client, body: str) -> None:
    answer = client.post("/v1/completions", content=body)
    assert answer.status_code == 400
    assert "JSON" in answer.json()["error"]["message"]


def test_extremes_are_written_with(client: httpx.Client) -> None:
    for fields in (
        {"temperature": 1e308},
        {"temperature": 5e-324},
        {"top_p": 0},
        {"top_k": 10**9},
        {"min_p": 1},
        {"seed": 2**64 - 1},
        {"presence_penalty": 9, "logit_bias": {"1": -100}, "frequency_penalty": "x"},
    ):
        assert complete(client, **fields)["usage"]["completion_tokens"] == 12
