using Ballast.Kernels;

namespace Ballast;

/// <summary>Momentum orthogonalized by Newton-Schulz (Jordan 2024), for the weights of hidden layers; AdamW for all else. Of a matrix [M, N], to
/// which a convolution's kernels [M, C, H, W] are flattened: m = b m + (1 - b) g, u = (1 - b) g + b m (Nesterov) or m, then
/// w = (1 - rate decay) w - rate sqrt(max(1, M / N)) NS5(u).</summary>
/// <remarks>
/// <para>NS5 is the Newton-Schulz iteration with Jordan's coefficients 3.4445, -4.7750 and 2.0315, in float32: the step's singular values are
/// between about 0.7 and 1.2, whatever the gradient's were. Steps are so of one size, and rates travel between widths.</para>
/// <para>By default matrices go by Muon, but for the last one, which is the output layer, and all else by AdamW, as Jordan recommends.
/// A group's own learning rate and weight decay hold for both; AdamW's rate is the same multiple of it as
/// <c>adamLearningRate</c> is of <c>learningRate</c>.</para>
/// <para>State: <c>momentum_buffer</c> of the one, <c>exp_avg</c> and <c>exp_avg_sq</c> of the other. PyTorch 2.9: <c>optim.Muon</c>, which takes
/// matrices alone; Keller Jordan's: <c>MuonWithAuxAdam</c>.</para>
/// </remarks>
public sealed class Muon : Optimizer
{
    readonly Func<Parameter, bool>? goesByMuon;
    readonly HashSet<Parameter> orthogonalized;

    /// <summary>Optimizes parameters with one setting.</summary>
    /// <param name="parameters">What to optimize.</param>
    /// <param name="learningRate">The step size of what goes by Muon.</param>
    /// <param name="momentum">How much of the running mean of the gradient is kept each step.</param>
    /// <param name="nesterov">Look ahead: orthogonalize (1 - momentum) g + momentum m in place of m.</param>
    /// <param name="weightDecay">Shrinks the weights by this times the learning rate, of both.</param>
    /// <param name="iterations">How many iterations of Newton-Schulz there are.</param>
    /// <param name="adamLearningRate">The step size of what goes by AdamW.</param>
    /// <param name="beta1">AdamW's: how much of the running mean of the gradient is kept each step.</param>
    /// <param name="beta2">AdamW's: how much of the running mean of its square is kept each step.</param>
    /// <param name="eps">AdamW's: added to the square root in the denominator.</param>
    /// <param name="goesByMuon">Whether a parameter of two axes or more goes by Muon; null for all but the last.</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, a setting out of range, or a parameter without two axes that is to go by
    /// Muon.</exception>
    public Muon(
        IEnumerable<Parameter> parameters, double learningRate = 0.02, double momentum = 0.95, bool nesterov = true, double weightDecay = 0,
        int iterations = 5, double adamLearningRate = 3e-4, double beta1 = 0.9, double beta2 = 0.95, double eps = 1e-10,
        Func<Parameter, bool>? goesByMuon = null, bool maximize = false)
        : this(
            [new ParameterGroup(parameters)], learningRate, momentum, nesterov, weightDecay, iterations, adamLearningRate, beta1, beta2, eps,
            goesByMuon, maximize)
    {
    }

    /// <summary>Optimizes groups of parameters, each with settings of its own where it has some.</summary>
    /// <param name="groups">What to optimize.</param>
    /// <param name="learningRate">The step size of what goes by Muon.</param>
    /// <param name="momentum">How much of the running mean of the gradient is kept each step.</param>
    /// <param name="nesterov">Look ahead: orthogonalize (1 - momentum) g + momentum m in place of m.</param>
    /// <param name="weightDecay">Shrinks the weights by this times the learning rate, of both.</param>
    /// <param name="iterations">How many iterations of Newton-Schulz there are.</param>
    /// <param name="adamLearningRate">The step size of what goes by AdamW.</param>
    /// <param name="beta1">AdamW's: how much of the running mean of the gradient is kept each step.</param>
    /// <param name="beta2">AdamW's: how much of the running mean of its square is kept each step.</param>
    /// <param name="eps">AdamW's: added to the square root in the denominator.</param>
    /// <param name="goesByMuon">Whether a parameter of two axes or more goes by Muon; null for all but the last.</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, a setting out of range, or a parameter without two axes that is to go by
    /// Muon.</exception>
    public Muon(
        IEnumerable<ParameterGroup> groups, double learningRate = 0.02, double momentum = 0.95, bool nesterov = true, double weightDecay = 0,
        int iterations = 5, double adamLearningRate = 3e-4, double beta1 = 0.9, double beta2 = 0.95, double eps = 1e-10,
        Func<Parameter, bool>? goesByMuon = null, bool maximize = false)
        : base(groups, learningRate, weightDecay)
    {
        Throw.Unless(learningRate > 0, $"Muon: expected a learning rate above 0, which AdamW's is a multiple of, got {learningRate}.");
        Throw.Unless(iterations is >= 1 and <= 100, $"Muon: expected 1 to 100 iterations of Newton-Schulz, got {iterations}.");
        Throw.Unless(double.IsFinite(adamLearningRate) && adamLearningRate >= 0,
            $"Muon: expected a learning rate of AdamW of 0 or more, got {adamLearningRate}.");
        Setting("momentum", momentum, least: 0, below: 1);
        Setting("nesterov", nesterov);
        Setting("ns_steps", iterations, least: 1, most: 100);
        Setting("adam_lr_ratio", adamLearningRate / learningRate, least: 0);
        Setting("beta1", beta1, least: 0, below: 1);
        Setting("beta2", beta2, least: 0, below: 1);
        Setting("eps", eps, least: 0);
        Setting(Maximize, maximize);
        CheckGroups();
        this.goesByMuon = goesByMuon;
        orthogonalized = Chosen([.. Groups.SelectMany(static group => group.Parameters)], goesByMuon, keepsLast: true);
        KeepTensor("momentum_buffer", parameter => orthogonalized.Contains(parameter) ? parameter.Shape : null);
        foreach (string name in (string[])["exp_avg", "exp_avg_sq"])
            KeepTensor(name, parameter => orthogonalized.Contains(parameter) ? null : parameter.Shape);
    }

    /// <summary>Whether a parameter goes by Muon, and not by AdamW.</summary>
    public bool GoesByMuon(Parameter parameter) => orthogonalized.Contains(parameter);

    /// <inheritdoc/>
    protected internal override bool HasMomentum => true;

    /// <inheritdoc/>
    private protected override string? MomentumSetting => "momentum";

    // All matrices of a group that is added later: the output layer is there already.
    private protected override void Prepare(ParameterGroup group) =>
        orthogonalized.UnionWith(Chosen(group.Parameters, goesByMuon, keepsLast: false));

    /// <inheritdoc/>
    protected override void Update(ParameterState state, float learningRate, float weightDecay)
    {
        if (orthogonalized.Contains(state.Parameter))
            Orthogonalize(state, learningRate, weightDecay);
        else
            Adapt(state, learningRate * Setting(state.Group, "adam_lr_ratio"), weightDecay);
    }

    void Orthogonalize(ParameterState state, float learningRate, float weightDecay)
    {
        var (parameter, group) = (state.Parameter, state.Group);
        int rows = parameter.Shape[0], columns = parameter.Length / rows;
        float momentum = (float)Setting(group, "momentum");
        var direction = Tensor.Zeros(parameter.Shape);
        TensorUpdates.Apply(
            new MuonMomentumRule { Rest = 1 - momentum, Kept = IsSet(group, "nesterov") ? momentum : 1 },
            IsSet(group, Maximize) ? -parameter.Grad! : parameter.Grad!, direction, state["momentum_buffer"]);
        var step = NewtonSchulz.Run(direction.Reshape(rows, columns), (int)Setting(group, "ns_steps"));
        TensorUpdates.Apply(
            new MuonStepRule { Step = -learningRate * MathF.Sqrt(Math.Max(1, (float)rows / columns)), Shrink = 1 - learningRate * weightDecay },
            step.Reshape(parameter.Shape), parameter);
    }

    void Adapt(ParameterState state, double learningRate, float weightDecay)
    {
        double beta1 = Setting(state.Group, "beta1"), beta2 = Setting(state.Group, "beta2");
        var rule = new AdamRule
        {
            Beta1 = (float)beta1,
            Beta2 = (float)beta2,
            Rest1 = (float)(1 - beta1),
            Rest2 = (float)(1 - beta2),
            Step = (float)(-learningRate / (1 - Math.Pow(beta1, state.Steps))),
            Scale = (float)(1 / Math.Sqrt(1 - Math.Pow(beta2, state.Steps))),
            Epsilon = (float)Setting(state.Group, "eps"),
            WeightDecay = 0,
            Shrink = (float)(1 - learningRate * weightDecay),
        };
        Apply(state, rule, "exp_avg", "exp_avg_sq");
    }

    static HashSet<Parameter> Chosen(IReadOnlyList<Parameter> parameters, Func<Parameter, bool>? goesByMuon, bool keepsLast)
    {
        Parameter[] matrices = [.. parameters.Where(static parameter => parameter.Shape.Rank > 1)];
        if (goesByMuon is null)
            return [.. matrices.AsSpan()[..Math.Max(0, matrices.Length - (keepsLast ? 1 : 0))]];
        foreach (var parameter in parameters.Where(goesByMuon))
        {
            Throw.Unless(parameter.Shape.Rank > 1,
                $"Muon: a parameter {parameter.Shape} is no matrix, and cannot be orthogonalized. Leave it to AdamW: "
                    + $"goesByMuon: p => p.Shape.Rank > 1.");
        }

        return [.. matrices.Where(goesByMuon)];
    }
}
