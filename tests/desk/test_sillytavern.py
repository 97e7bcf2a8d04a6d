"""SillyTavern's requests, as its text completion and its classic Kobold back ends send them."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from served import NAME, PROMPT, events

ASSISTANT = f"Write the next reply.\n***\nUser: {PROMPT}\nAssistant:"
# One body for all of its text completion back ends: each names the same things in its own way.
WISH: dict[str, Any] = {
    "prompt": ASSISTANT,
    "max_new_tokens": 12,
    "max_tokens": 12,
    "n_predict": 12,
    "num_predict": 12,
    "temperature": 1,
    "top_p": 0.95,
    "top_k": 0,
    "min_p": 0.01,
    "typical_p": 1,
    "repetition_penalty": 1.1,
    "repeat_penalty": 1.1,
    "rep_pen": 1.1,
    "rep_pen_range": 0,
    "repetition_penalty_range": 0,
    "repeat_last_n": 0,
    "dry_sequence_breakers": ["\n", ":", '"', "*"],
    "stopping_strings": ["\nUser:", "\n***"],
    "stop": ["\nUser:", "\n***"],
    "truncation_length": 8192,
    "num_ctx": 8192,
    "custom_token_bans": "",
    "banned_strings": [],
    "logit_bias": [],
    "sampler_order": [6, 0, 1, 3, 4, 2, 5],
    "samplers": ["penalties", "dry", "top_k", "top_p", "min_p", "temperature"],
    "guidance_scale": 1,
    "grammar": "",
    "cache_prompt": True,
    "logprobs": 10,
    "n_probs": 10,
    "stream": True,
}


def test_its_koboldcpp_back_end_gets_pieces_with_what_was_likely(client: httpx.Client) -> None:
    assert client.get("/v1/models").json()["data"][0]["id"] == NAME
    count = client.post("/api/extra/tokencount", json={"prompt": ASSISTANT, "special": False})
    assert count.json()["value"] == len(count.json()["ids"]) > len(PROMPT)
    answer = client.post("/v1/completions", json={**WISH, "api_type": "koboldcpp"})
    assert answer.text.endswith("data: [DONE]\n\n")
    found = [json.loads(line[6:]) for line in answer.text.split("\n\n") if "{" in line]
    pieces = [own["choices"][0] for own in found if own["choices"][0]["text"]]
    assert len(pieces) == 12
    for own in pieces:
        (likely,) = own["logprobs"]["top_logprobs"]
        assert len(likely) >= 10
        assert own["logprobs"]["tokens"] == [own["text"]]
    assert client.post("/api/extra/abort").status_code == 200, "what its button sends as well"


def test_its_llama_back_end_gets_pieces_with_what_was_likely(client: httpx.Client) -> None:
    tokens = client.post("/tokenize", json={"content": ASSISTANT}).json()["tokens"]
    assert len(tokens) > len(PROMPT)
    assert client.get("/props").json()["chat_template"] == ""
    found = events(client.post("/completion", json={**WISH, "api_type": "llamacpp"}))
    pieces = [own for own in found if own["content"]]
    assert len(pieces) == 12
    assert all(len(own["completion_probabilities"][0]["top_logprobs"]) == 10 for own in pieces)
    assert found[-1]["stop"] is True


@pytest.mark.parametrize("streams", [True, False])
def test_its_classic_kobold_back_end_writes(client: httpx.Client, streams: bool) -> None:
    assert client.get("/api/v1/model").json()["result"].endswith(NAME)
    asked = {
        "prompt": ASSISTANT,
        "use_story": False,
        "use_memory": False,
        "max_context_length": 8192,
        "max_length": 12,
        "rep_pen": 1.1,
        "rep_pen_range": 600,
        "rep_pen_slope": 0,
        "temperature": 1,
        "tfs": 1,
        "typical": 1,
        "sampler_order": [6, 0, 1, 3, 4, 2, 5],
        "singleline": False,
        "use_default_badwordsids": False,
        "stop_sequence": ["\nUser:", "\n***"],
    }
    path = "/api/extra/generate/stream" if streams else "/api/v1/generate"
    answer = client.post(path, json=asked)
    assert answer.status_code == 200
    if streams:
        assert len([own for own in answer.text.split("\n\n") if '"token"' in own]) >= 12
    else:
        assert answer.json()["results"][0]["completion_tokens"] == 12
