namespace Ballast.Bench;

/// <summary>The tutorial's network.</summary>
sealed class Mlp : Module
{
    readonly Sequential layers;

    public Mlp() => layers = Register("layers", new Sequential(
        new Flatten(),
        new Linear(3072, 64), new BatchNorm1d(64), new ReLU(),
        new Linear(64, 32), new BatchNorm1d(32), new ReLU(),
        new Linear(32, 10)));

    public override Tensor Forward(Tensor input) => layers.Forward(input);
}
