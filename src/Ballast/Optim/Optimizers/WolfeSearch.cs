namespace Ballast;

/// <summary>Looks along a direction for a step that fulfils the strong Wolfe conditions: first for a bracket that has one, then within it, by
/// cubic interpolation. PyTorch's, which follows minFunc (Schmidt 2005) step by step.</summary>
/// <param name="look">The loss and the gradient a step away.</param>
/// <param name="direction">The direction.</param>
/// <param name="toleranceChange">The search ends where a bracket moves no value by more.</param>
sealed class WolfeSearch(Func<double, (float Loss, float[] Gradient)> look, float[] direction, double toleranceChange)
{
    const double Decrease = 1e-4, Curvature = 0.9; // PyTorch's c1 and c2
    const int MostSteps = 25;

    readonly record struct Point(double Step, float Loss, float[] Gradient, double Slope);

    /// <summary>How often the loss was computed.</summary>
    public int Evaluations { get; private set; }

    /// <summary>The loss and gradient at the step that was found, and the step.</summary>
    /// <param name="loss">The loss at the start.</param>
    /// <param name="gradient">The gradient at the start.</param>
    /// <param name="slope">The slope along the direction at the start, below 0.</param>
    /// <param name="step">The first step to try.</param>
    public (float Loss, float[] Gradient, double Step) Run(float loss, float[] gradient, double slope, double step)
    {
        Point start = new(0, loss, gradient, slope), before = start, now = At(step);
        int steps = 0;
        Point? low = null, high = null;
        while (steps < MostSteps)
        {
            if (now.Loss > loss + Decrease * now.Step * slope || (steps > 1 && now.Loss >= before.Loss))
            {
                (low, high) = (before, now);
                break;
            }

            if (Math.Abs(now.Slope) <= -Curvature * slope)
                return (now.Loss, now.Gradient, now.Step);
            if (now.Slope >= 0)
            {
                (low, high) = (before, now);
                break;
            }

            double next = Interpolate(before, now, now.Step + 0.01 * (now.Step - before.Step), now.Step * 10);
            before = now;
            now = At(next);
            steps++;
        }

        var found = Narrow(low ?? start, high ?? now, loss, slope, steps);
        return (found.Loss, found.Gradient, found.Step);
    }

    // The bracket's ends are kept in their places, as PyTorch keeps them: which of them is low may change.
    Point Narrow(Point first, Point second, float loss, double slope, int steps)
    {
        Point[] ends = [first, second];
        int low = first.Loss <= second.Loss ? 0 : 1;
        double reach = direction.Max(static value => Math.Abs(value));
        bool stuck = false;
        while (steps < MostSteps && Math.Abs(ends[1].Step - ends[0].Step) * reach >= toleranceChange)
        {
            double least = Math.Min(ends[0].Step, ends[1].Step), most = Math.Max(ends[0].Step, ends[1].Step);
            double step = Interpolate(ends[0], ends[1], least, most), margin = 0.1 * (most - least);
            bool close = Math.Min(most - step, step - least) < margin;
            if (close && (stuck || step >= most || step <= least))
            {
                step = Math.Abs(step - most) < Math.Abs(step - least) ? most - margin : least + margin;
                close = false;
            }

            stuck = close;
            var now = At(step);
            steps++;
            if (now.Loss > loss + Decrease * now.Step * slope || now.Loss >= ends[low].Loss)
            {
                ends[1 - low] = now;
                low = ends[0].Loss <= ends[1].Loss ? 0 : 1;
                continue;
            }

            bool done = Math.Abs(now.Slope) <= -Curvature * slope;
            if (!done && now.Slope * (ends[1 - low].Step - ends[low].Step) >= 0)
                ends[1 - low] = ends[low];
            ends[low] = now;
            if (done)
                break;
        }

        return ends[low];
    }

    Point At(double step)
    {
        var (loss, gradient) = look(step);
        Evaluations++;
        double slope = 0;
        for (int i = 0; i < gradient.Length; i++)
            slope += (double)gradient[i] * direction[i];
        return new Point(step, loss, gradient, slope);
    }

    // The lowest point of the cubic through two points and their slopes, within bounds.
    static double Interpolate(Point a, Point b, double least, double most)
    {
        double d1 = a.Slope + b.Slope - 3 * ((double)a.Loss - b.Loss) / (a.Step - b.Step), square = d1 * d1 - a.Slope * b.Slope;
        if (!(square >= 0))
            return (least + most) / 2;
        double d2 = Math.Sqrt(square);
        double lowest = a.Step <= b.Step
            ? b.Step - (b.Step - a.Step) * ((b.Slope + d2 - d1) / (b.Slope - a.Slope + 2 * d2))
            : a.Step - (a.Step - b.Step) * ((a.Slope + d2 - d1) / (a.Slope - b.Slope + 2 * d2));
        return Math.Min(Math.Max(lowest, least), most);
    }
}
