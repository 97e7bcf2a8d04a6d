"""Clients that people use, against a desk that is served; those that are not installed are skipped.

`openai` comes with the tools; `pip install langchain-openai litellm llm` lets the others be tried.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from models import WORDS
from served import FREE, NAME, PROMPT

ASKED: dict[str, Any] = {"max_tokens": 12, "seed": 7}
OTHER = WORDS[8] * 3


def needs(name: str, package: str) -> Any:
    """The module of a client, if it is installed."""
    return pytest.importorskip(name, reason=f"{package} is not installed")


def text_of(client: httpx.Client, prompt: str = PROMPT, **changes: Any) -> str:
    """What a plain client gets."""
    answer = client.post("/v1/completions", json={"prompt": prompt, **ASKED, **changes})
    return str(answer.json()["choices"][0]["text"])


def test_openai(client: httpx.Client, running: Any) -> None:
    openai = needs("openai", "openai")
    with openai.OpenAI(base_url=f"{running[0]}/v1", api_key="none") as own:
        assert [row.id for row in own.models.list().data] == [NAME]
        assert own.models.retrieve(NAME).id == NAME
        whole = own.completions.create(
            model=NAME, prompt=[PROMPT, OTHER], logprobs=2, extra_body=FREE, **ASKED
        )
        expected = [text_of(client, own, **FREE) for own in (PROMPT, OTHER)]
        assert [choice.text for choice in whole.choices] == expected
        assert whole.choices[1].logprobs.tokens == [
            row["token"] for row in whole.choices[1].logprobs.content
        ]
        assert whole.usage.completion_tokens == 24
        *chunks, last = own.completions.create(
            model=NAME,
            prompt=PROMPT,
            stream=True,
            stream_options={"include_usage": True},
            extra_body=FREE,
            **ASKED,
        )
        assert "".join(chunk.choices[0].text for chunk in chunks) == expected[0]
        assert (last.choices, last.usage.completion_tokens) == ([], 12)


def test_openai_without_waiting(client: httpx.Client, running: Any) -> None:
    openai = needs("openai", "openai")

    async def work() -> tuple[str, str]:
        async with openai.AsyncOpenAI(base_url=f"{running[0]}/v1", api_key="none") as own:
            whole = await own.completions.create(model=NAME, prompt=PROMPT, **ASKED)
            stream = await own.completions.create(
                model=NAME, prompt=PROMPT, stream=True, stop=["永"], **ASKED
            )
            text = "".join([chunk.choices[0].text async for chunk in stream])
            return whole.choices[0].text, text

    expected = text_of(client)
    assert asyncio.run(work()) == (expected, expected)


@pytest.mark.parametrize(
    ("changes", "error", "param"),
    [
        ({"model": "gpt-3.5-turbo-instruct"}, "NotFoundError", "model"),
        ({"max_tokens": 10**9}, "BadRequestError", "max_tokens"),
        ({"prompt": [15, 3]}, "BadRequestError", "prompt"),
    ],
)
def test_openai_is_told_what_is_wrong(
    running: Any, changes: dict[str, Any], error: str, param: str
) -> None:
    openai = needs("openai", "openai")
    asked = {"model": NAME, "prompt": PROMPT, **ASKED, **changes}
    with (
        openai.OpenAI(base_url=f"{running[0]}/v1", api_key="none") as own,
        pytest.raises(getattr(openai, error), match=f"{param}: expected") as caught,
    ):
        own.completions.create(**asked)
    assert caught.value.param == param


def test_langchain(client: httpx.Client, running: Any) -> None:
    langchain = needs("langchain_openai", "langchain-openai")
    own = langchain.OpenAI(
        base_url=f"{running[0]}/v1", api_key="none", model=NAME, temperature=0, **ASKED
    )
    expected = [text_of(client, prompt, temperature=0) for prompt in (PROMPT, OTHER)]
    assert own.invoke(PROMPT) == expected[0]
    assert own.batch([PROMPT, OTHER]) == expected
    assert "".join(own.stream(PROMPT)) == expected[0]

    async def work() -> tuple[str, str]:
        whole = await own.ainvoke(PROMPT)
        return whole, "".join([part async for part in own.astream(PROMPT)])

    assert asyncio.run(work()) == (expected[0], expected[0])


def test_litellm(client: httpx.Client, running: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else it looks for prices online
    litellm = needs("litellm", "litellm")
    asked = {
        "model": f"text-completion-openai/{NAME}",
        "api_base": f"{running[0]}/v1",
        "api_key": "none",
        "prompt": PROMPT,
        **ASKED,
    }
    expected = text_of(client)
    whole = litellm.text_completion(logprobs=1, **asked)
    assert whole.choices[0].text == expected
    assert "".join(whole.choices[0].logprobs.tokens) == expected
    chunks = litellm.text_completion(stream=True, **asked)
    assert "".join(chunk.choices[0].text or "" for chunk in chunks) == expected

    async def work() -> tuple[str, str]:
        whole = await litellm.atext_completion(**asked)
        stream = await litellm.atext_completion(stream=True, **asked)
        text = "".join([chunk.choices[0].text or "" async for chunk in stream])
        return whole.choices[0].text, text

    assert asyncio.run(work()) == (expected, expected)


def test_llm(
    client: httpx.Client, running: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLM_USER_PATH", str(tmp_path))
    cli = needs("llm.cli", "llm").cli
    from click.testing import CliRunner

    row = {"model_id": "desk", "model_name": NAME, "completion": True}
    models = json.dumps([{**row, "api_base": f"{running[0]}/v1"}])  # JSON is YAML
    (tmp_path / "extra-openai-models.yaml").write_text(models, encoding="utf-8")

    def ask(*options: str) -> str:
        result = CliRunner().invoke(cli, ["-m", "desk", PROMPT, "--key", "none", *options])
        assert result.exit_code == 0, result.output
        return str(result.stdout).removesuffix("\n")

    expected = text_of(client)
    options = ("-o", "seed", "7", "-o", "max_tokens", "12")
    assert ask("--no-stream", *options) == expected
    assert ask(*options) == expected
    assert ask("-o", "seed", "7") == text_of(client, max_tokens=16)  # it sends no length
