namespace Ballast.Tests.Plain;

/// <summary>Activations in random networks, as layers and, where a tensor has them, as its methods.</summary>
static class ActivationKinds
{
    static readonly Func<Random, Shape, (Module? Layer, Func<Tensor, Tensor>? Method)>[] Kinds =
    [
        static (random, _) => random.Next(2) == 0 ? (new GELU(GeluApproximation.Tanh), null) : (new GELU(), static x => x.Gelu()),
        static (_, _) => (new SiLU(), static x => x.Silu()),
        static (_, _) => (new LeakyReLU(0.2), static x => x.LeakyRelu(0.2)),
        static (_, _) => (new Tanh(), static x => x.Tanh()),
        static (_, _) => (new Sigmoid(), static x => x.Sigmoid()),
        static (_, _) => (new Hardswish(), static x => x.Hardswish()),
        static (_, _) => (new Mish(), static x => x.Mish()),
        static (_, _) => (new ELU(), static x => x.Elu()),
        static (_, _) => (null, static x => x.Square()),
        static (_, _) => (new Dropout(0.3), null),
        static (_, shape) => (new Softmax(shape.Rank - 1), x => x.Softmax(x.Shape.Rank - 1)),
        static (_, _) => (new Softplus(), static x => x.Softplus()),
        static (_, _) => (new Softplus(1.5, 2), null),
        static (_, _) => (new PReLU(), null),
        static (random, shape) => (shape.Rank > 1 ? LayerKinds.Shaken(new PReLU(shape[1]), random) : null, null),
        static (_, shape) => (shape[^1] % 2 == 0 ? new GLU() : null, null),
        static (_, _) => (new CELU(0.7), null),
        static (_, _) => (new SELU(), null),
        static (_, _) => (new Hardtanh(-1.5, 1.25), null),
        static (_, _) => (new Softshrink(0.25), null),
        static (_, _) => (new LogSigmoid(), null),
        static (random, shape) => (LayerKinds.Shaken(new DyT([shape[^1]]), random), null),
        static (random, shape) => (LayerKinds.Shaken(new Derf([shape[^1]]), random), null),
        static (_, _) => (new Softsign(), null),
        static (_, _) => (new ReLU(), static x => x.Relu()),
        static (_, _) => (new ReLU6(), null),
        static (_, _) => (new Hardsigmoid(), null),
        static (random, _) => (new Hardshrink(random.NextSingle()), null),
        static (_, _) => (new Tanhshrink(), null),
        static (random, _) => (new Threshold(random.NextSingle() - 0.5f, random.NextSingle()), null),
        static (random, shape) => (new Softmin(random.Next(1, shape.Rank)), null),
        static (random, shape) => (new LogSoftmax(random.Next(1, shape.Rank)), null),
    ];

    /// <summary>An activation of a value; null where the shape does not allow it.</summary>
    public static (Layer Layer, long Products)? Grow(Random random, List<Shape> shapes, int from)
    {
        if (shapes[from].Rank < 2)
            return null;
        var (module, method) = Kinds[random.Next(Kinds.Length)](random, shapes[from]);
        if (method is not null && (module is null || random.Next(2) == 0))
            return (new Layer(module is null ? "square" : $"{module} as a method", [from], null, x => method(x[0])), 0);
        return module is null ? null : (new Layer($"{module}", [from], module, x => module.Forward(x[0])), 0);
    }
}
