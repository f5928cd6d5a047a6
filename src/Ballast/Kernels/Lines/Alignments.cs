using System.Buffers;

namespace Ballast.Kernels;

/// <summary>What a connectionist temporal classification is given: sequences of logarithms of probabilities [T, N, C], and the labels that
/// each is to read.</summary>
/// <param name="Samples">N.</param>
/// <param name="Classes">C.</param>
/// <param name="Blank">The class that stands for no label.</param>
/// <param name="Steps">How many steps of each sequence count, at most T.</param>
/// <param name="Labels">The labels of each sequence.</param>
sealed record AlignmentBatch(int Samples, int Classes, int Blank, int[] Steps, int[][] Labels);

/// <summary>The likelihood of reading labels from sequences: the sum over all ways to spread the labels, in their order, over the steps,
/// with repetitions and blanks between them (Graves et al. 2006). Computed in double.</summary>
static unsafe class Alignments
{
    /// <summary>losses[n] = -ln of the likelihood; infinity where the sequence is too short.</summary>
    public static void Losses(ReadOnlySpan<float> x, AlignmentBatch batch, Span<double> losses)
    {
        fixed (float* values = x)
        fixed (double* to = losses)
            Workers.Run(new Work { X = values, Losses = to, Batch = batch }, batch.Samples);
    }

    /// <summary>dx[t, n, c] = scales[n] (exp(x) - the share of the likelihood that passes c at t): the gradient of x, and of what a log-softmax
    /// has made it of, as PyTorch gives it.</summary>
    /// <param name="x">[T, N, C].</param>
    /// <param name="batch">The labels.</param>
    /// <param name="losses">[N], as <see cref="Losses"/> gives them.</param>
    /// <param name="scales">[N]; a sequence with 0 has no gradient.</param>
    /// <param name="dx">[T, N, C].</param>
    public static void Gradient(
        ReadOnlySpan<float> x, AlignmentBatch batch, ReadOnlySpan<double> losses, ReadOnlySpan<float> scales, Span<float> dx)
    {
        dx.Clear();
        fixed (float* values = x, factors = scales, to = dx)
        fixed (double* known = losses)
            Workers.Run(new Work { X = values, Losses = known, Scales = factors, Dx = to, Batch = batch }, batch.Samples);
    }

    struct Work : IWork
    {
        public float* X, Scales, Dx;
        public double* Losses;
        public AlignmentBatch Batch;

        public readonly void Run(int first, int last)
        {
            for (int n = first; n < last; n++)
            {
                var sequence = new Sequence(X, n, Batch);
                if (Dx is null)
                    Losses[n] = sequence.Loss();
                else if (Scales[n] != 0)
                    sequence.Gradient(Losses[n], Scales[n], Dx);
            }
        }
    }

    // One sequence. A state is a label (odd) or the blank before it (even).
    readonly struct Sequence(float* x, int sample, AlignmentBatch batch)
    {
        readonly int steps = batch.Steps[sample], states = 2 * batch.Labels[sample].Length + 1;
        readonly int[] labels = batch.Labels[sample];

        int Class(int state) => state % 2 == 0 ? batch.Blank : labels[state / 2];

        nint Place(int step, int of) => ((nint)step * batch.Samples + sample) * batch.Classes + of;

        bool Skips(int state) => state > 1 && state % 2 == 1 && Class(state) != Class(state - 2);

        public double Loss()
        {
            if (steps == 0)
                return labels.Length == 0 ? 0 : double.PositiveInfinity;
            double[] forward = ArrayPool<double>.Shared.Rent(steps * states);
            Forward(forward);
            double loss = -Total(forward, (steps - 1) * states);
            ArrayPool<double>.Shared.Return(forward);
            return loss;
        }

        double Total(double[] forward, int last) =>
            states == 1 ? forward[last] : Add(forward[last + states - 1], forward[last + states - 2]);

        // The logarithm of the likelihood of all beginnings that are in a state at a step.
        void Forward(double[] forward)
        {
            for (int t = 0; t < steps; t++)
            {
                int row = t * states, before = row - states;
                for (int s = 0; s < states; s++)
                {
                    double sum = t == 0 ? s < 2 ? 0 : double.NegativeInfinity : forward[before + s];
                    if (t > 0 && s > 0)
                        sum = Add(sum, forward[before + s - 1]);
                    if (t > 0 && Skips(s))
                        sum = Add(sum, forward[before + s - 2]);
                    forward[row + s] = sum + x[Place(t, Class(s))];
                }
            }
        }

        public void Gradient(double loss, float scale, float* dx)
        {
            if (steps == 0)
                return;
            double[] forward = ArrayPool<double>.Shared.Rent(steps * states), ends = new double[states], passing = new double[batch.Classes];
            Forward(forward);
            for (int t = steps - 1; t >= 0; t--)
            {
                // From the first state on: what stands behind a state is still that of the step after.
                for (int s = 0; s < states; s++)
                {
                    double sum = t == steps - 1 ? s >= states - 2 ? 0 : double.NegativeInfinity : ends[s];
                    if (t < steps - 1 && s < states - 1)
                        sum = Add(sum, ends[s + 1]);
                    if (t < steps - 1 && s < states - 2 && Skips(s + 2))
                        sum = Add(sum, ends[s + 2]);
                    ends[s] = sum + x[Place(t, Class(s))];
                }

                Array.Fill(passing, double.NegativeInfinity);
                for (int s = 0; s < states; s++)
                    passing[Class(s)] = Add(passing[Class(s)], forward[t * states + s] + ends[s]);
                for (int c = 0; c < passing.Length; c++)
                {
                    nint place = Place(t, c);
                    dx[place] = (float)(scale * (Math.Exp(x[place]) - Math.Exp(passing[c] + loss - x[place])));
                }
            }

            ArrayPool<double>.Shared.Return(forward);
        }
    }

    // ln(exp(a) + exp(b)).
    static double Add(double a, double b)
    {
        double most = Math.Max(a, b);
        return double.IsNegativeInfinity(most) ? most : most + Math.Log(Math.Exp(a - most) + Math.Exp(b - most));
    }
}
