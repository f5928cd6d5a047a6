using Ballast.Kernels;

namespace Ballast;

/// <summary>Adam for tables of which a step uses few rows: of the first axis, only rows with a gradient have their running means and weights
/// changed; the others wait, and their means do not fade. m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2,
/// w -= rate sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(v) + eps), where t counts all steps. PyTorch: <c>optim.SparseAdam</c>, whose eps is added before
/// the correction and not, as <see cref="Adam"/>'s, after it.</summary>
/// <remarks>Gradients are dense here: a row has one where a value of it is not 0. PyTorch also changes a row whose position was looked up and
/// whose gradient happens to be 0.</remarks>
public sealed class SparseAdam : MomentOptimizer
{
    /// <summary>Optimizes parameters with one setting.</summary>
    /// <param name="parameters">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="beta1">How much of the running mean of the gradient is kept each time a row has one.</param>
    /// <param name="beta2">How much of the running mean of its square is kept each time a row has one.</param>
    /// <param name="eps">Added to the square root in the denominator.</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public SparseAdam(
        IEnumerable<Parameter> parameters, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
        bool maximize = false)
        : this([new ParameterGroup(parameters)], learningRate, beta1, beta2, eps, maximize)
    {
    }

    /// <summary>Optimizes groups of parameters, each with settings of its own where it has some.</summary>
    /// <param name="groups">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="beta1">How much of the running mean of the gradient is kept each time a row has one.</param>
    /// <param name="beta2">How much of the running mean of its square is kept each time a row has one.</param>
    /// <param name="eps">Added to the square root in the denominator.</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public SparseAdam(
        IEnumerable<ParameterGroup> groups, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
        bool maximize = false)
        : base(groups, learningRate, beta1, beta2, eps, weightDecay: 0) =>
        KeepMoments(maximize);

    /// <inheritdoc/>
    internal override PyTorchStep? PyTorchSteps => PyTorchStep.Whole;

    /// <inheritdoc/>
    protected override void Update(ParameterState state, float learningRate, float weightDecay)
    {
        Throw.Unless(weightDecay == 0,
            $"SparseAdam: there is no weight decay, got {weightDecay}: rows that wait cannot fade. Set it to 0, or take Adam for this group.");
        var group = state.Group;
        double beta1 = Setting(group, "beta1"), beta2 = Setting(group, "beta2");
        double step = learningRate * Math.Sqrt(1 - Math.Pow(beta2, state.Steps)) / (1 - Math.Pow(beta1, state.Steps));
        var rule = new RadamRule(new AdamMoments(beta1, beta2, 0), -step, Setting(group, "eps"), divides: true);
        var gradient = IsSet(group, Maximize) ? 0 - state.Parameter.Grad! : state.Parameter.Grad!;
        if (Backend.Current is null)
            ChangeRows(state, rule, gradient);
        else
            ChangeAll(state, rule, gradient);
    }

    // One run of rows with a gradient after the other.
    static void ChangeRows(ParameterState state, RadamRule rule, Tensor gradientOfAll)
    {
        var parameter = state.Parameter;
        int rows = parameter.Shape.Rank == 0 ? 1 : parameter.Shape[0], width = parameter.Length / Math.Max(1, rows);
        var gradient = gradientOfAll.AsSpan();
        Span<float> weight = parameter.Mutate(), first = state.Values(Mean), second = state.Values(Square);
        for (int row = 0, end; row < rows; row = end)
        {
            end = row + 1;
            if (!HasValue(gradient.Slice(row * width, width)))
                continue;
            while (end < rows && HasValue(gradient.Slice(end * width, width)))
                end++;
            int start = row * width, length = (end - row) * width;
            Updates.Apply(
                rule, gradient.Slice(start, length), weight.Slice(start, length), first.Slice(start, length), second.Slice(start, length));
        }
    }

    // The same wherever the values lie: all rows are changed, and those without a gradient put back.
    static void ChangeAll(ParameterState state, RadamRule rule, Tensor gradient)
    {
        var shape = gradient.Shape;
        var has = gradient.Abs() > 0;
        if (shape.Rank > 1)
        {
            int[] ofRows = [shape[0], .. Enumerable.Repeat(1, shape.Rank - 1)];
            has = (gradient.Abs().Reshape(shape[0], -1).Sum([1]) > 0).Reshape(ofRows);
        }

        Tensor[] all = [state.Parameter, state[Mean], state[Square]], changed = Array.ConvertAll(all, static tensor => tensor.Clone());
        TensorUpdates.Apply(rule, gradient, changed[0], changed[1], changed[2]);
        for (int i = 0; i < all.Length; i++)
            all[i].Adopt(Tensor.Where(has, changed[i], all[i]));
    }

    static bool HasValue(ReadOnlySpan<float> values) => values.ContainsAnyExcept(0f);
}
