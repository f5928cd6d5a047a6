using System.Runtime.CompilerServices;

namespace Ballast.Peers;

/// <summary>What is timed of Ballast.</summary>
static class Ballasts
{
    /// <summary>A result that is computed and handed back, as peers' are by Dispose or the last reference.</summary>
    public static void Forward(Func<Tensor> compute)
    {
        using var noGradients = Tensor.NoGrad();
        var y = compute();
        _ = y.AsSpan();
        ReleaseValues(y);
    }

    /// <summary>Forward and backward.</summary>
    public static Action Both(Func<Tensor[], Tensor> layer, int[][] shapes)
    {
        Parameter[] inputs = [.. shapes.Select(static shape => new Parameter(Tensor.Rand(new Shape(shape)) + 0.1f))];
        var gradient = Tensor.Ones(layer(inputs).Shape);
        return () =>
        {
            var y = layer(inputs);
            _ = y.AsSpan();
            y.Backward(gradient);
            foreach (var input in inputs)
                Forget(input);
        };
    }

    /// <summary>Forgets the gradients of a layer's parameters, which peers have computed by now.</summary>
    public static void Forget(Module layer)
    {
        foreach (var parameter in layer.Parameters())
            Forget(parameter);
    }

    // Some gradients are computed where they are read and not before.
    static void Forget(Parameter parameter)
    {
        _ = parameter.Grad is { } gradient ? gradient.AsSpan() : default;
        parameter.ZeroGrad();
    }

    /// <summary>A training step of a classifier.</summary>
    public static Action Step(Module network, Func<IEnumerable<Parameter>, Optimizer> optimizer, int[] shape)
    {
        var x = Tensor.Rand(new Shape(shape));
        var labels = Tensor.FromInt64([.. Enumerable.Range(0, shape[0]).Select(static i => i % 10)]);
        var steps = optimizer(network.Parameters());
        var lossFunction = new CrossEntropyLoss();
        return () =>
        {
            steps.ZeroGrad();
            var loss = lossFunction.Forward(network.Forward(x), labels);
            loss.Backward();
            steps.Step();
            _ = loss.Item();
        };
    }

    /// <summary>An inference of the folded network.</summary>
    public static Action Infer(Module network, int[] shape)
    {
        network.Eval();
        Folding.Fold(network);
        var x = Tensor.Rand(new Shape(shape));
        return () => Forward(() => network.Forward(x));
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method)]
    static extern void ReleaseValues(Tensor tensor);
}
