"""Kobold's API, by requests as KoboldAI Lite and SillyTavern send them."""

from __future__ import annotations

import time
from threading import Thread
from typing import Any

import httpx
import pytest
from served import FREE, NAME, PROMPT, events

# As Kobold Lite asks.
LITE: dict[str, Any] = {
    "n": 1,
    "max_context_length": 2048,
    "max_length": 12,
    "rep_pen": 1.07,
    "temperature": 0.75,
    "top_p": 0.92,
    "top_k": 100,
    "top_a": 0,
    "typical": 1,
    "tfs": 1,
    "rep_pen_range": 360,
    "rep_pen_slope": 0.7,
    "sampler_order": [6, 0, 1, 3, 4, 2, 5],
    "memory": "",
    "trim_stop": True,
    "genkey": "KCPP1234",
    "min_p": 0,
    "dynatemp_range": 0,
    "presence_penalty": 0,
    "logit_bias": {},
    "prompt": PROMPT,
    "quiet": True,
    "stop_sequence": ["You:", "\nYou ", "\nKoboldAI: "],
    "use_default_badwordsids": False,
    "bypass_eos": False,
    "sampler_seed": 7,
    **FREE,
}

# As SillyTavern asks.
TAVERN: dict[str, Any] = {
    "prompt": PROMPT,
    "gui_settings": False,
    "sampler_order": [6, 0, 1, 3, 4, 2, 5],
    "max_context_length": 2048,
    "max_length": 12,
    "rep_pen": 1.1,
    "rep_pen_range": 600,
    "rep_pen_slope": 0,
    "temperature": 0.7,
    "tfs": 1,
    "top_a": 0,
    "top_k": 0,
    "top_p": 0.95,
    "min_p": 0.02,
    "typical": 1,
    "use_world_info": False,
    "singleline": False,
    "streaming": True,
    "can_abort": True,
    "mirostat": 0,
    "mirostat_tau": 5,
    "mirostat_eta": 0.1,
    "use_default_badwordsids": False,
    "grammar": "",
    "sampler_seed": -1,
    "api_server": "http://127.0.0.1:5001/api",
    "stop_sequence": ["\n你:", "\n她:"],
}


def generate(client: httpx.Client, **changes: Any) -> Any:
    answer = client.post("/api/v1/generate", json={**LITE, **changes})
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


def test_an_answer_is_kobold_s(client: httpx.Client) -> None:
    (result,) = generate(client)
    assert (result["finish_reason"], result["completion_tokens"]) == ("length", 12)
    assert result["logprobs"] is None
    latest = client.post("/api/latest/generate", json=LITE).json()["results"]
    assert latest == [result]
    assert generate(client, n=2)[0]["text"] == result["text"]


def test_the_text_is_openai_s(client: httpx.Client) -> None:
    body = {
        "prompt": PROMPT,
        "max_tokens": 12,
        "seed": 7,
        "temperature": 0.75,
        "top_p": 0.92,
        "top_k": 100,
        "repetition_penalty": 1.07,
        "penalty_window": 360,
        **FREE,
    }
    (choice,) = client.post("/v1/completions", json=body).json()["choices"]
    assert generate(client)[0]["text"] == choice["text"]
    head, tail = PROMPT[:1], PROMPT[1:]
    assert generate(client, memory=head, prompt=tail)[0]["text"] == choice["text"]


def test_a_stream_is_messages_of_a_token_each(client: httpx.Client) -> None:
    answer = client.post("/api/extra/generate/stream", json=LITE)
    *chunks, last = events(answer)
    assert answer.text.count("event: message\ndata: ") == 13
    assert "".join(own["token"] for own in chunks) == generate(client)[0]["text"]
    assert last == {"token": "", "finish_reason": "length"}
    assert len(events(client.post("/api/extra/generate/stream", json=TAVERN))) >= 2


def test_a_stop_sequence_is_trimmed_unless_it_is_to_stay(client: httpx.Client) -> None:
    text = generate(client, max_length=40)[0]["text"]
    stop = text[9:11]
    before = text[: text.index(stop)]
    trimmed = generate(client, max_length=40, stop_sequence=[stop])[0]
    assert (trimmed["text"], trimmed["finish_reason"]) == (before, "stop")
    kept = generate(client, max_length=40, stop_sequence=[stop], trim_stop=False)[0]
    assert kept["text"] == before + stop


def test_what_is_being_written_is_looked_at_and_ended(client: httpx.Client) -> None:
    key, found = {"genkey": "a"}, []
    long = {**LITE, **key, "max_length": 8192, "stop_sequence": [], "logprobs": True}

    def write() -> None:
        found.append(client.post("/api/v1/generate", json=long).json())

    thread = Thread(target=write)
    thread.start()
    text, until = "", time.monotonic() + 30
    while not text and time.monotonic() < until:
        text = client.post("/api/extra/generate/check", json=key).json()["results"][0]["text"]
    assert text
    assert client.get("/api/extra/generate/check").json() == {"results": [{"text": ""}]}
    assert client.post("/api/extra/abort", json={"genkey": "b"}).json()["success"] == "false"
    assert client.post("/api/extra/abort", json=key).json() == {"success": "true", "done": "true"}
    thread.join()
    (result,) = found[0]["results"]
    assert result["text"].startswith(text)
    assert (result["finish_reason"], result["completion_tokens"] < 8192) == ("stop", True)
    assert client.post("/api/extra/abort", json=key).json()["success"] == "false"
    told = client.post("/api/extra/last_logprobs", json=key).json()["logprobs"]
    assert "".join(told["tokens"]) == result["text"]
    assert told == result["logprobs"]


def test_log_probabilities_are_told_if_they_were_asked_for(client: httpx.Client) -> None:
    (result,) = generate(client, genkey="", logprobs=True)
    told = client.get("/api/extra/last_logprobs").json()["logprobs"]
    assert told == result["logprobs"]
    assert "".join(told["tokens"]) == result["text"]
    generate(client, genkey="")
    assert client.get("/api/extra/last_logprobs").json() == {"logprobs": None}


@pytest.mark.parametrize("latest", ["v1", "latest"])
def test_the_server_tells_of_itself(client: httpx.Client, latest: str) -> None:
    def told(path: str) -> Any:
        return client.get(f"/api/{path}").json()

    assert told(f"{latest}/model") == {"result": f"xuxie/{NAME}"}
    assert told(f"{latest}/info/version") == {"result": "1.2.5"}
    assert told(f"{latest}/config/max_context_length") == {"value": 2048}
    assert told(f"{latest}/config/max_length") == {"value": 8192}
    extra = told("extra/version")
    assert extra["result"] == "KoboldCpp"
    assert tuple(map(int, extra["version"].split("."))) >= (1, 40)
    assert told("extra/true_max_context_length") == {"value": 2048}


def test_pieces_are_counted(client: httpx.Client) -> None:
    found = client.post("/api/extra/tokencount", json={"prompt": PROMPT}).json()
    assert (found["value"], len(found["ids"])) == (3, 3)
    assert client.post("/api/extra/tokencount", json={"prompt": ""}).json()["value"] == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"prompt": None}, "prompt: expected a few words"),
        ({"max_length": 10**9}, "max_length: expected a whole number from 1 to 8,192"),
        ({"rep_pen": 0.5}, "rep_pen: expected"),
        ({"stop_sequence": 5}, "stop_sequence: expected"),
        ({"genkey": "k" * 300}, "genkey: expected"),
        ({"temperature": "hot"}, "temperature: expected"),
    ],
)
def test_what_cannot_be_is_refused_in_its_form(
    client: httpx.Client, changes: dict[str, Any], message: str
) -> None:
    for path in ("/api/v1/generate", "/api/extra/generate/stream"):
        answer = client.post(path, json={**LITE, **changes})
        detail = answer.json()["detail"]
        assert (answer.status_code, detail["type"]) == (400, "bad_input")
        assert detail["msg"].startswith(message)
    several = client.post("/api/extra/generate/stream", json={**LITE, "n": 2})
    assert several.json()["detail"]["msg"].startswith("n: expected 1")
