using System.Collections.Concurrent;

namespace Ballast.Tests.Plain;

/// <summary>Whole models train on the plain backend and give what the default one gives; so does every kind of layer that a text can
/// name, and what folding leaves.</summary>
public class PlainModelTests : BackendComparison
{
    static Tensor Images(params int[] sizes) => Tensor.From(Draw.Floats(new Shape(sizes).Length, 1, 0, 1), new Shape(sizes));

    /// <summary>Makes a step on both backends; largest differences are relative to the largest value of each tensor. Rounding may open
    /// or close a ReLU, so this looks for wrong computations and not for digits.</summary>
    static void Train(Func<Module> make, Tensor images, int classes, double tolerance = 2e-3)
    {
        var targets = Tensor.FromInt64([.. Enumerable.Range(0, images.Shape[0]).Select(i => (long)(i % classes))], [images.Shape[0]]);
        var fast = Step(null, make, images, targets);
        var plain = Step(new PlainBackend(), make, images, targets);
        Assert.Equal(plain.Count, fast.Count);
        for (int i = 0; i < fast.Count; i++)
        {
            double scale = plain[i].Values.Max(static v => Math.Abs(v)) + 1e-2, worst = 0;
            for (int k = 0; k < plain[i].Values.Length; k++)
                worst = Math.Max(worst, Math.Abs(plain[i].Values[k] - fast[i].Values[k]));
            Assert.True(worst <= tolerance * scale, $"{plain[i].Name}: {worst} beside {scale}");
        }
    }

    static List<(string Name, double[] Values)> Step(Backend? backend, Func<Module> make, Tensor images, Tensor targets)
    {
        using var generator = Generator.UseDefault(new Generator(5));
        var model = make();
        var optimizer = new SGD(model.Parameters(), 0.01, momentum: 0.9, nesterov: true, weightDecay: 5e-4);
        List<(string, double[])> found = [];
        using (Backend.Use(backend))
        {
            var output = model.Forward(images);
            Assert.Equal(backend is null ? ElementType.Float32 : ElementType.Float64, output.ElementType);
            found.Add(("outputs", Doubles(output)));
            var loss = new CrossEntropyLoss().Forward(output, targets);
            found.Add(("loss", Doubles(loss)));
            loss.Backward();
            optimizer.Step();
            found.AddRange(model.NamedParameters().Select(static entry => (entry.Name, Doubles(entry.Parameter))));
            model.Eval();
            using (Tensor.NoGrad())
                found.Add(("evaluation", Doubles(model.Forward(images))));
            Folding.Fold(model);
            using (Tensor.NoGrad())
                found.Add(("folded", Doubles(model.Forward(images))));
        }

        return found;
    }

    static double[] Doubles(Tensor x)
    {
        double[] values = new double[x.Length];
        x.Read(values);
        return values;
    }

    [Fact]
    public void The_tutorials_networks()
    {
        Train(static () => new TutorialNet(bn: false), Images(8, 3, 32, 32), 10);
        Train(static () => new TutorialNet(bn: true), Images(8, 3, 32, 32), 10);
        Train(static () => new Mlp(48, 10), Images(8, 3, 4, 4), 10);
    }

    [Fact]
    public void Convolutional_models()
    {
        Parallel.Invoke(
            static () => Train(static () => new VggSmall(), Images(3, 3, 32, 32), 10),
            static () => Train(static () => new ResNet20(), Images(3, 3, 16, 16), 10));
    }

    [Fact]
    public void Larger_models()
    {
        Parallel.Invoke(
            static () => Train(static () => new ResNet18(classes: 10), Images(3, 3, 17, 17), 10, tolerance: 1e-2),
            static () => Train(static () => new AirBench(), Images(3, 3, 25, 25), 10, tolerance: 1e-2));
    }

    /// <summary>Each part on what it is given in the model: here every digit counts, since nothing has been carried from part to part. Without
    /// Winograd, whose error is that of the largest value in a patch and not of the terms of a sum.</summary>
    void CheckParts(Func<Module> make, Tensor images, ConcurrentDictionary<string, Module> done)
    {
        using var generator = Generator.UseDefault(new Generator(5));
        var model = make();
        List<(Module Part, Tensor Input)> seen = [];
        using (var probe = Probe.Attach(model))
        {
            foreach (var (name, part) in model.NamedModules())
            {
                if (!part.NamedModules().Skip(1).Any())
                    probe.OnForward(name, pass => seen.Add((part, Tensor.From(pass.Input.ToArray(), pass.Input.Shape))));
            }

            using (Tensor.NoGrad())
                model.Forward(images);
        }

        Assert.NotEmpty(seen);
        foreach (var (part, input) in seen)
        {
            if (done.TryAdd($"{part} of {input.Shape}", part))
                Check($"{part} of {input.Shape}", t => part.Forward(t[0]), [input, .. part.Parameters()]);
        }
    }

    [Fact]
    public void Every_part_of_the_models_on_what_it_is_given_there()
    {
        ConcurrentDictionary<string, Module> done = [];
        var algorithm = Compute.Convolution;
        Compute.Convolution = ConvolutionAlgorithm.Direct;
        try
        {
            Parallel.Invoke(
                () => CheckParts(static () => new VggSmall(), Images(2, 3, 32, 32), done),
                () => CheckParts(static () => new ResNet20(), Images(2, 3, 17, 17), done),
                () => CheckParts(static () => new ResNet18(classes: 10), Images(2, 3, 33, 33), done),
                () => CheckParts(static () => new AirBench(), Images(2, 3, 25, 25), done));
        }
        finally
        {
            Compute.Convolution = algorithm;
        }

        Conclude();
    }

    [Fact]
    public void Every_kind_of_layer_that_a_text_names()
    {
        foreach (var make in LayerTextKinds.Networks)
            Train(make, Images(8, 4, 6, 6), 4);
    }
}
