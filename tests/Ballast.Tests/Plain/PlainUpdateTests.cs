using Ballast.Kernels;

namespace Ballast.Tests.Plain;

/// <summary>Steps of optimizers on the default backend against their plain meaning.</summary>
public class PlainUpdateTests
{
    static readonly Func<IEnumerable<Parameter>, Optimizer>[] Kinds =
    [
        static w => new SGD(w, 0.1, weightDecay: 0.1),
        static w => new SGD(w, 0.1, 0.9, weightDecay: 0.1, nesterov: true, maximize: true),
        static w => new Adam(w, 0.1, weightDecay: 0.1),
        static w => new AdamW(w, 0.1, amsgrad: true),
        static w => new Adamax(w, 0.1, weightDecay: 0.1, maximize: true),
        static w => new NAdam(w, 0.1, weightDecay: 0.1),
        static w => new RAdam(w, 0.1, weightDecay: 0.1),
        static w => new RMSprop(w, 0.01, weightDecay: 0.1),
        static w => new RMSprop(w, 0.01, alpha: 0.5, eps: 0.1, momentum: 0.9, centered: true),
        static w => new Adagrad(w, 0.1, 0.1, 0.1, 0.2),
        static w => new Adadelta(w, 1, weightDecay: 0.1),
        static w => new ASGD(w, 0.1, t0: 2),
        static w => new Rprop(w, 0.1),
        static w => new Lion(w, 0.1, weightDecay: 0.1, maximize: true),
        static w => new LAMB(w, 0.1, weightDecay: 0.1),
        static w => new SparseAdam(w, 0.1),
        static w => new Muon(w, 0.1, weightDecay: 0.1, goesByMuon: static _ => true),
        static w => new Muon(w, 0.1, nesterov: false, goesByMuon: static _ => false),
    ];

    static (List<Number[]> Values, List<float[]> Floats) Run(Func<IEnumerable<Parameter>, Optimizer> make)
    {
        var w = Draw.Weights([3, 37], 1);
        var optimizer = make([w]);
        for (int step = 0; step < 8; step++)
        {
            optimizer.ZeroGrad();
            (w * Draw.Data([3, 37], 10 + step)).Sum().Backward();
            optimizer.Step();
        }

        Tensor[] all = [w, .. optimizer.States[0].Entries.Select(static entry => entry.Tensor!)];
        return ([.. all.Select(static tensor => PlainBackend.Read(tensor).Values)], [.. all.Select(static tensor => tensor.ToArray())]);
    }

    [Fact]
    public void Steps_of_every_optimizer()
    {
        List<string?> found = [];
        foreach (var make in Kinds)
        {
            var actual = Run(make).Floats;
            Number.Ties = 0;
            List<Number[]> expected;
            using (Backend.Use(new PlainBackend()))
                expected = Run(make).Values;
            string name = make([Draw.Weights([1, 1], 1)]).GetType().Name;
            Assert.True(Number.Ties == 0, $"{name}: {Number.Ties} ties");
            Assert.Equal(expected.Count, actual.Count);
            for (int i = 0; i < actual.Count; i++)
                found.Add(Comparison.Difference($"{name}, value {i}", expected[i], actual[i]));
        }

        found.RemoveAll(static difference => difference is null);
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    // After one gradient there is none: what is kept shrinks in each step.
    [Fact]
    public void What_is_kept_becomes_0_and_never_a_float_too_small_to_be_normal()
    {
        foreach (var make in Kinds)
        {
            var w = Draw.Weights([3, 37], 1);
            var optimizer = make([w]);
            for (int step = 0; step < 1216; step++)
            {
                optimizer.ZeroGrad();
                (w * (step == 0 ? Draw.Data([3, 37], 2) * 1e-10 : Tensor.Zeros([3, 37]))).Sum().Backward();
                optimizer.Step();
            }

            foreach (var entry in optimizer.States[0].Entries.Where(static entry => entry.Tensor is not null))
                Assert.DoesNotContain(entry.Tensor!.ToArray(), float.IsSubnormal);
        }
    }

    static (Number[] Average, Number[] Live, float[] AverageFloats, float[] LiveFloats) Averaged()
    {
        var model = new Linear(5, 3, generator: new Generator(1));
        var average = new ExponentialMovingAverage(model, 0.75);
        for (int step = 0; step < 4; step++)
        {
            TensorUpdates.Apply(new BlendRule(0.5f), Draw.Data([3, 5], 20 + step), model.Weight);
            average.Update();
        }

        using (average.Swap())
        {
            var swapped = model.Weight.Clone();
            return (PlainBackend.Read(swapped).Values, PlainBackend.Read(average.StateDict()["weight"].Tensor).Values, swapped.ToArray(),
                average.StateDict()["weight"].Tensor.ToArray());
        }
    }

    [Fact]
    public void An_average_of_weights_and_the_network_that_it_is_put_into()
    {
        var actual = Averaged();
        using var plain = Backend.Use(new PlainBackend());
        var expected = Averaged();
        Assert.Null(Comparison.Difference("average", expected.Average, actual.AverageFloats));
        Assert.Null(Comparison.Difference("weights", expected.Live, actual.LiveFloats));
    }
}
