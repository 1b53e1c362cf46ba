"""The training code against the independent reader, and what the export must repeat exactly."""

from pathlib import Path
import tempfile
import unittest

import torch
import torch.nn.functional as F

from moonlet import export, exported, muon, train
from moonlet.corpus import Document
from moonlet.data import Packer, assemble
from moonlet.model import Moonlet, Shape, fake_int4
from moonlet.reference import Reference, unpack


def trained(state, bias, kind=torch.float32):
    """The training model with the roundings of the export switched on."""
    model = Moonlet(Shape(), kind)
    model.load_state_dict(state)
    model.bias.copy_(bias)
    model.int4 = True
    return model


def drawn(seed, *lengths):
    """Documents of random ids, every one of them predicted."""
    generator = torch.Generator().manual_seed(seed)
    return [Document(0, torch.randint(0, 5888, (n,), generator=generator).tolist(), [1] * n) for n in lengths]


class TrainingTests(unittest.TestCase):
    def test_export_read_back_gives_the_losses_of_training_wherever_a_document_stands(self):
        state, bias = export.random_state()
        first, second, third = drawn(3, 100, 60, 90)
        with torch.no_grad():
            losses, _ = trained(state, bias)(assemble([[first], [second, third]], 160).to("cpu"))
        with tempfile.TemporaryDirectory() as folder:
            export.write(Path(folder), state, bias, Path(folder) / "absent")
            reference = Reference(folder)
        for row, at, document in ((0, 0, first), (1, 0, second), (1, 60, third)):
            expected = F.cross_entropy(reference.logits(document.ids)[:-1], torch.tensor(document.ids[1:]), reduction="none")
            found = losses[row, at:at + len(expected)]
            self.assertLess(float((found - expected).abs().max()), 1e-4)

    def test_products_in_bfloat16_give_the_gradient_of_float32(self):
        state, bias = export.random_state()
        found = []
        for kind in (torch.float32, torch.bfloat16):
            model = trained(state, bias, kind)
            losses, _ = model(assemble([drawn(4, 24)], 24).to("cpu"))
            losses.sum().backward()
            found.append(torch.cat([p.grad.flatten() for p in model.parameters()]).double())
        self.assertGreater(float(F.cosine_similarity(*found, 0)), 0.98)

    def test_steps_of_the_optimiser_lower_the_loss(self):
        torch.manual_seed(5)
        model, batch = Moonlet(Shape(num_hidden_layers=2, n_routed_experts=4)), assemble([drawn(5, 60)], 64).to("cpu")
        optimiser, found = muon.MuonClip(model), []
        for _ in range(4):
            losses, _ = model(batch)
            losses.sum().div(59).backward()
            optimiser.step(5e-3)
            model.zero_grad()
            found.append(float(losses.sum()) / 59)
        self.assertLess(found[-1], found[0] - 0.5)

    def test_rate_rises_stays_and_falls(self):
        self.assertEqual([train.rate_at(p) for p in (train.WARM / 2, 0.3, 1.0)], [0.5, 1.0, train.FLOOR])

    def test_export_read_back_for_training_is_exported_the_same(self):
        state, bias = export.random_state()
        with tempfile.TemporaryDirectory() as folder:
            export.write(Path(folder), state, bias, Path(folder) / "absent")
            again = export.tensors(*exported.parameters(folder, Shape()), Shape())
        for name, value in export.tensors(state, bias, Shape()).items():
            self.assertTrue(torch.equal(again[name], value), name)

    def test_rate_of_a_run_that_goes_on_stays_low(self):
        self.assertAlmostEqual(max(train.onward_rate_at(n / 100) for n in range(101)), train.ONWARD, delta=0.05 * train.ONWARD)
        self.assertAlmostEqual(train.onward_rate_at(1.0), train.ONWARD * train.ONWARD_FLOOR)

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
        q = model.layers[2]["q_b_proj"].data.view(8, 96, -1)
        kv = model.layers[2]["kv_b_proj"].data.view(8, 64, -1)
        before_q, before_kv = q.clone(), kv.clone()
        largest = torch.zeros(8, 8)
        largest[2, 1] = 400.0
        self.assertEqual(muon.qk_clip(model, largest), 1)
        torch.testing.assert_close(q[1, :32], before_q[1, :32] / 2)
        torch.testing.assert_close(q[1, 32:], before_q[1, 32:] / 4)
        torch.testing.assert_close(kv[1, :32], before_kv[1, :32] / 2)
        self.assertTrue(torch.equal(kv[1, 32:], before_kv[1, 32:]))
        self.assertTrue(torch.equal(q[0], before_q[0]))


class PackerTests(unittest.TestCase):
    def test_every_document_is_dealt_once_and_whole(self):
        documents = drawn(6, *range(10, 90))
        packer, seen = Packer(documents, rows=4, width=128), []
        while len(seen) < len(documents):
            batch = packer.next()
            for row in range(4):
                for number in range(int(batch.docs[row].max()) + 1):
                    seen.append(tuple(batch.tokens[row][batch.docs[row] == number].tolist()))
        self.assertEqual(sorted(seen), sorted(tuple(d.ids) for d in documents))

    def test_only_predicted_tokens_are_targets_of_the_place_before(self):
        batch = assemble([[Document(0, [5, 6, 7], [0, 0, 1]), Document(1, [8, 9], [1, 1])]], 8)
        self.assertEqual(batch.targets[0].tolist(), [-100, 7, -100, 9, -100, -100, -100, -100])
        self.assertEqual(batch.sources[0, :5].tolist(), [0, 0, 0, 1, 1])


if __name__ == "__main__":
    unittest.main()
