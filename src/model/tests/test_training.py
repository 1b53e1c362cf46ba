"""The training code against the independent reader, and what the export must repeat exactly."""

from pathlib import Path
import tempfile
import unittest

import numpy as np
import torch
import torch.nn.functional as F

from moonlet import export, muon
from moonlet.data import Loader, groups
from moonlet.model import Moonlet, Rows, Shape, fake_int4
from moonlet.reference import Reference, unpack


def trained(state, bias):
    """The training model with the roundings of the export switched on."""
    model = Moonlet(Shape())
    model.load_state_dict(state, strict=False)
    for n, layer in enumerate(model.layers):
        if not layer.dense:
            layer.mlp.bias = bias[n]
    model.precision.int4 = model.precision.bf16 = True
    model.precision.compute = torch.float32
    return model


def one_row(ids, width):
    doc = np.full(width, -1)
    doc[:len(ids)] = 0
    tokens = torch.zeros(width, dtype=torch.int64)
    tokens[:len(ids)] = ids
    return Rows(tokens, groups([(width, None)], doc), torch.arange(width), torch.from_numpy(doc >= 0),
                torch.arange(len(ids) - 1), ids[1:], torch.zeros(len(ids) - 1, dtype=torch.int64))


class TrainingTests(unittest.TestCase):
    def test_export_read_back_gives_the_losses_of_training(self):
        state, bias = export.random_state()
        ids = torch.randint(0, 5888, (200,), generator=torch.Generator().manual_seed(3))
        with torch.no_grad():
            losses = trained(state, bias)(one_row(ids, 256), torch.zeros(6, 16))
        with tempfile.TemporaryDirectory() as folder:
            export.write(Path(folder), state, bias, Path(folder) / "absent")
            logits = Reference(folder).logits(ids.tolist())
        expected = F.cross_entropy(logits[:-1], ids[1:], reduction="none")
        self.assertLess(float((losses - expected).abs().max()), 1e-4)

    def test_products_in_bfloat16_give_the_gradient_of_float32(self):
        state, bias = export.random_state()
        ids = torch.randint(0, 5888, (200,), generator=torch.Generator().manual_seed(4))
        found = []
        for kind in (torch.float32, torch.bfloat16):
            model = trained(state, bias)
            model.precision.compute = kind
            for p in model.parameters():
                p.grad = torch.zeros_like(p)
            model(one_row(ids, 256), torch.zeros(6, 16)).mean().backward()
            found.append(torch.cat([p.grad.flatten() for p in model.parameters()]).double())
        self.assertGreater(float(F.cosine_similarity(*found, 0)), 0.99)

    def test_packed_weights_equal_fake_quantisation_bit_for_bit(self):
        weight = torch.randn(96, 192) * torch.logspace(-4, 1, 96)[:, None]
        packed = export.pack(weight)
        read = unpack(packed["weight_packed"], packed["weight_scale"], packed["weight_shape"])
        self.assertTrue(torch.equal(read, fake_int4(weight)))
        nibbles = (packed["weight_packed"].unsqueeze(-1) >> (4 * torch.arange(8))) & 15
        self.assertGreaterEqual(int(nibbles.min()), 1)

    def test_cached_generation_equals_recomputation(self):
        state, bias = export.random_state()
        with tempfile.TemporaryDirectory() as folder:
            export.write(Path(folder), state, bias, Path(folder) / "absent")
            model = Reference(folder)
        prompts = [[5, 9, 300, 17], [4000, 2, 77, 1234, 8, 91, 600]]
        for prompt, output in zip(prompts, model.generate(prompts, 6)):
            ids = list(prompt)
            for token in output:
                self.assertEqual(int(model.logits(ids)[-1].argmax()), token)
                ids.append(token)

    def test_orthogonalised_matrices_have_singular_values_near_one(self):
        for size in ((3, 96, 192), (2, 192, 96)):
            values = torch.linalg.svdvals(muon.orthogonalise(torch.randn(size)).float())
            self.assertGreater(float(values.min()), 0.3)
            self.assertLess(float(values.max()), 1.4)

    def test_clipped_heads_scale_their_logits_to_the_limit(self):
        model = Moonlet(Shape())
        q = model.layers[2].attention.q_b_proj.data.view(6, 96, -1)
        kv = model.layers[2].attention.kv_b_proj.data.view(6, 64, -1)
        before_q, before_kv = q.clone(), kv.clone()
        largest = torch.zeros(6, 6)
        largest[2, 1] = 400.0
        self.assertEqual(muon.qk_clip(model, largest), 1)
        torch.testing.assert_close(q[1, :32], before_q[1, :32] / 2)
        torch.testing.assert_close(q[1, 32:], before_q[1, 32:] / 4)
        torch.testing.assert_close(kv[1, :32], before_kv[1, :32] / 2)
        self.assertTrue(torch.equal(kv[1, 32:], before_kv[1, 32:]))
        self.assertTrue(torch.equal(q[0], before_q[0]))


class LoaderTests(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name)
        random = np.random.default_rng(0)
        for number, name in enumerate(("first", "second")):
            starts = np.concatenate([[0], np.cumsum(random.integers(20, 300, 200))]).astype(np.int64)
            np.arange(starts[-1]).astype(np.uint16).tofile(self.path / f"{name}.tokens")
            np.full(starts[-1], number, np.uint8).tofile(self.path / f"{name}.mask")
            starts.tofile(self.path / f"{name}.docs")
        (self.path / "mixture.json").write_text('{"first": 1, "second": 3}')

    def tearDown(self):
        self.folder.cleanup()

    def loader(self):
        return Loader(self.path, self.path / "mixture.json")

    def test_sources_keep_their_shares(self):
        loader, sizes = self.loader(), [0, 0]
        for source, start, end in loader.draw(40000):
            sizes[source] += end - start
        self.assertAlmostEqual(sizes[0] / sum(sizes), 0.25, delta=0.01)

    def test_only_masked_tokens_are_predicted_from_the_token_before(self):
        rows = self.loader().batch(3000)
        self.assertTrue(bool((rows.source == 1).all()))
        self.assertTrue(torch.equal(rows.tokens[rows.where + 1], rows.target))
        self.assertTrue(torch.equal(rows.tokens[rows.where] + 1, rows.target))

    def test_resumed_loader_deals_the_same_documents(self):
        loader = self.loader()
        loader.draw(70000)
        resumed = self.loader()
        resumed.restore(loader.state())
        self.assertEqual(resumed.draw(9000), loader.draw(9000))

    def test_ranks_share_a_batch_without_overlap(self):
        halves = [self.loader().batch(4000, rank, 2) for rank in range(2)]
        whole = self.loader().batch(4000)
        self.assertEqual(sum(len(h.where) for h in halves), len(whole.where))


if __name__ == "__main__":
    unittest.main()
