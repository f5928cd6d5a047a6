namespace Ballast.StrangerTests;

/// <summary>Muon (Jordan et al. 2024): the momentum of a matrix is brought near the closest orthogonal matrix by five Newton-Schulz
/// steps, a x + (b x x' + c (x x')^2) x, before it is subtracted; other parameters go by their momentum.</summary>
sealed class Muon : Optimizer
{
    readonly float momentum;

    public Muon(IEnumerable<ParameterGroup> groups, double learningRate, double momentum = 0.95, double weightDecay = 0)
        : base(groups, learningRate, weightDecay)
    {
        this.momentum = (float)momentum;
        KeepTensor("momentum_buffer");
        KeepTensor("last_norm", static parameter => parameter.Shape.Rank == 2 ? Shape.Scalar : null);
        KeepNumber("orthogonalized");
    }

    protected override void Update(ParameterState state, float learningRate, float weightDecay)
    {
        var (weight, gradient) = (state.Parameter, state.Parameter.Grad!);
        state.Set("momentum_buffer", state["momentum_buffer"] * momentum + gradient);
        var direction = gradient + state["momentum_buffer"] * momentum;
        if (state.Has("last_norm"))
        {
            float norm = Norm(direction);
            state.Values("last_norm")[0] = norm;
            state.SetNumber("orthogonalized", state.Number("orthogonalized") + 1);
            direction = Orthogonalize(direction / (norm + 1e-7f));
        }

        weight.CopyFrom(weight * (1 - learningRate * weightDecay) - direction * learningRate);
    }

    static Tensor Orthogonalize(Tensor x)
    {
        bool tall = x.Shape[0] > x.Shape[1];
        x = tall ? x.Transpose() : x;
        for (int i = 0; i < 5; i++)
        {
            var square = x.MatMul(x.Transpose());
            x = x * 3.4445f + (square * -4.7750f + square.MatMul(square) * 2.0315f).MatMul(x);
        }

        return tall ? x.Transpose() : x;
    }

    static float Norm(Tensor x)
    {
        double sum = 0;
        foreach (float value in x.AsSpan())
            sum += (double)value * value;
        return (float)Math.Sqrt(sum);
    }
}
