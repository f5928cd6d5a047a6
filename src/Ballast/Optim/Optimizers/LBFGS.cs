namespace Ballast;

/// <summary>How <see cref="LBFGS"/> looks for a step along its direction.</summary>
public enum LineSearch
{
    /// <summary>Not at all: the step is the learning rate.</summary>
    None,

    /// <summary>For one that fulfils the strong Wolfe conditions (Nocedal &amp; Wright 2006, algorithms 3.5 and 3.6).</summary>
    StrongWolfe,
}

/// <summary>The limited-memory method of Broyden, Fletcher, Goldfarb and Shanno (Liu &amp; Nocedal 1989): directions by an inverse Hessian that
/// is approximated from the last steps and changes of the gradient. For small problems and whole batches. PyTorch: <c>optim.LBFGS</c>.</summary>
/// <remarks>
/// A step computes the loss several times, so it takes a closure:
/// <code>
/// optimizer.Step(() =>
/// {
///     optimizer.ZeroGrad();
///     var loss = lossFunction.Forward(net.Forward(x), y);
///     loss.Backward();
///     return loss;
/// });
/// </code>
/// There is one group of parameters. The state, of all parameters one behind the other: <c>0.step</c> (iterations), <c>0.func_evals</c>,
/// <c>0.d</c>, <c>0.prev_flat_grad</c>, <c>0.old_dirs</c>, <c>0.old_stps</c> and <c>0.ro</c> with a row for each step that is remembered,
/// <c>0.t</c>, <c>0.H_diag</c>, <c>0.prev_loss</c>.
/// </remarks>
public sealed partial class LBFGS : Optimizer
{
    readonly Parameter[] parameters;
    readonly int length, maxIter, maxEval, historySize;
    readonly double toleranceGrad, toleranceChange;
    readonly LineSearch lineSearch;
    readonly List<(float[] Change, float[] Step, float Inverse)> history = [];
    long iterations, evaluations;
    float[] direction, lastGradient;
    float step, scale = 1, lastLoss;

    /// <summary>Optimizes parameters.</summary>
    /// <param name="parameters">What to optimize.</param>
    /// <param name="learningRate">The step size, or the first that the line search tries.</param>
    /// <param name="maxIter">How many iterations a step has at most. PyTorch: <c>max_iter</c>.</param>
    /// <param name="maxEval">How many times a step computes the loss, about at most; null for 5/4 of the iterations. PyTorch:
    /// <c>max_eval</c>.</param>
    /// <param name="toleranceGrad">A step ends where no value of the gradient is larger. PyTorch: <c>tolerance_grad</c>.</param>
    /// <param name="toleranceChange">A step ends where loss and parameters change by less. PyTorch: <c>tolerance_change</c>.</param>
    /// <param name="historySize">How many iterations are remembered. PyTorch: <c>history_size</c>.</param>
    /// <param name="lineSearch">How long the steps along a direction are. PyTorch: <c>line_search_fn</c>.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public LBFGS(
        IEnumerable<Parameter> parameters, double learningRate = 1, int maxIter = 20, int? maxEval = null, double toleranceGrad = 1e-7,
        double toleranceChange = 1e-9, int historySize = 100, LineSearch lineSearch = LineSearch.None)
        : base([new ParameterGroup(parameters)], learningRate)
    {
        Throw.Unless(maxIter > 0 && maxEval is null or > 0 && historySize > 0,
            $"LBFGS: expected at least 1 iteration, evaluation and remembered step, got {maxIter}, {maxEval} and {historySize}.");
        Throw.Unless(toleranceGrad >= 0 && toleranceChange >= 0,
            $"LBFGS: expected tolerances of 0 or more, got {toleranceGrad} and {toleranceChange}.");
        this.parameters = [.. Groups[0].Parameters];
        length = this.parameters.Sum(static parameter => parameter.Length);
        (this.maxIter, this.maxEval, this.historySize) = (maxIter, maxEval ?? maxIter * 5 / 4, historySize);
        (this.toleranceGrad, this.toleranceChange, this.lineSearch) = (toleranceGrad, toleranceChange, lineSearch);
        (direction, lastGradient) = (new float[length], new float[length]);
    }

    /// <summary>Refused: a step has to compute the loss.</summary>
    /// <exception cref="InvalidOperationException">Always: call <see cref="Step(Func{Tensor})"/>.</exception>
    public override void Step() => Throw.InvalidOperation(
        "LBFGS: a step computes the loss several times. Call Step(() => { optimizer.ZeroGrad(); ...; loss.Backward(); return loss; }).");

    /// <inheritdoc/>
    protected override void Update(ParameterState state, float learningRate, float weightDecay) => Step();

    private protected override void Prepare(ParameterGroup group) =>
        Throw.Argument("LBFGS: it has one group of parameters, whose steps go together. Make another optimizer of all of them.");

    /// <summary>Makes up to <c>maxIter</c> iterations.</summary>
    /// <param name="closure">Forgets the gradients, computes the loss, goes back through it, and returns it.</param>
    /// <returns>The loss before the step.</returns>
    public override Tensor Step(Func<Tensor> closure)
    {
        ArgumentNullException.ThrowIfNull(closure);
        var first = closure();
        float loss = first.Item();
        float[] gradient = Gradient();
        int evaluated = 1;
        evaluations++;
        if (Largest(gradient) <= toleranceGrad)
            return first;
        for (int n = 1; n <= maxIter; n++)
        {
            iterations++;
            Aim(gradient);
            gradient.CopyTo(lastGradient, 0);
            lastLoss = loss;
            step = iterations == 1 ? (float)(Math.Min(1, 1 / SumOfSizes(gradient)) * (float)LearningRate) : (float)LearningRate;
            double slope = Dot(gradient, direction);
            if (slope > -toleranceChange)
                break;
            int before = evaluated;
            if (lineSearch == LineSearch.StrongWolfe)
            {
                var search = new WolfeSearch(Look(closure), direction, toleranceChange);
                (loss, gradient, double found) = search.Run(loss, gradient, slope, step);
                step = (float)found;
                evaluated += search.Evaluations;
                Move(step);
            }
            else
            {
                Move(step);
                if (n < maxIter)
                {
                    loss = closure().Item();
                    gradient = Gradient();
                    evaluated++;
                }
            }

            evaluations += evaluated - before;
            if (n == maxIter || evaluated >= maxEval || Largest(gradient) <= toleranceGrad
                || Largest(direction) * Math.Abs(step) <= toleranceChange || Math.Abs(loss - lastLoss) < toleranceChange)
            {
                break;
            }
        }

        return first;
    }

    // The next direction, by the two loops over what is remembered.
    void Aim(float[] gradient)
    {
        if (iterations == 1)
        {
            history.Clear();
            scale = 1;
            direction = Array.ConvertAll(gradient, static value => -value);
            return;
        }

        float[] change = [.. gradient.Zip(lastGradient, static (now, before) => now - before)];
        float[] moved = Array.ConvertAll(direction, value => value * step);
        double curvature = Dot(change, moved);
        if (curvature > 1e-10)
        {
            if (history.Count == historySize)
                history.RemoveAt(0);
            history.Add((change, moved, (float)(1 / curvature)));
            scale = (float)(curvature / Dot(change, change));
        }

        float[] next = Array.ConvertAll(gradient, static value => -value);
        double[] shares = new double[history.Count];
        for (int i = history.Count - 1; i >= 0; i--)
        {
            shares[i] = Dot(history[i].Step, next) * history[i].Inverse;
            Add(next, history[i].Change, -shares[i]);
        }

        for (int i = 0; i < next.Length; i++)
            next[i] *= scale;
        for (int i = 0; i < history.Count; i++)
            Add(next, history[i].Step, shares[i] - Dot(history[i].Change, next) * history[i].Inverse);
        direction = next;
    }

    // The loss and the gradient a step away; the parameters stay.
    Func<double, (float Loss, float[] Gradient)> Look(Func<Tensor> closure)
    {
        float[][] start = Array.ConvertAll(parameters, static parameter => parameter.ToArray());
        return size =>
        {
            Move((float)size);
            float loss = closure().Item();
            float[] gradient = Gradient();
            for (int i = 0; i < parameters.Length; i++)
                parameters[i].CopyFrom(start[i]);
            return (loss, gradient);
        };
    }

    void Move(float size)
    {
        int start = 0;
        foreach (var parameter in parameters)
        {
            var values = parameter.AsWritableSpan();
            for (int i = 0; i < values.Length && !parameter.Frozen; i++)
                values[i] += size * direction[start + i];
            start += parameter.Length;
        }
    }

    float[] Gradient()
    {
        float[] all = new float[length];
        int start = 0;
        foreach (var parameter in parameters)
        {
            if (!parameter.Frozen && parameter.Grad is { } gradient)
                gradient.AsSpan().CopyTo(all.AsSpan(start));
            start += parameter.Length;
        }

        return all;
    }

    static double Dot(float[] x, float[] y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
            sum += (double)x[i] * y[i];
        return sum;
    }

    static void Add(float[] x, float[] y, double share)
    {
        for (int i = 0; i < x.Length; i++)
            x[i] += (float)share * y[i];
    }

    static double Largest(float[] x) => x.Max(static value => Math.Abs(value));

    static double SumOfSizes(float[] x) => x.Sum(static value => (double)Math.Abs(value));
}
