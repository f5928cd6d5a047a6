using Ballast.Kernels;

namespace Ballast;

public static partial class Functional
{
    /// <summary>The connectionist temporal classification loss; see <see cref="CTCLoss"/>. PyTorch: <c>F.ctc_loss</c>.</summary>
    /// <param name="logProbs">Logarithms of probabilities [T, N, C], as of <see cref="Tensor.LogSoftmax(int)"/>, or of one sequence [T, C].
    /// PyTorch: <c>log_probs</c>.</param>
    /// <param name="targets">The labels, int64: [N, S] with what is behind a sequence's own left out, or all one behind the other.</param>
    /// <param name="inputLengths">How many steps of each sequence count: int64 [N], or a single one. PyTorch: <c>input_lengths</c>.</param>
    /// <param name="targetLengths">How many labels each has: int64 [N], or a single one. PyTorch: <c>target_lengths</c>.</param>
    /// <param name="blank">The class that stands for no label.</param>
    /// <param name="reduction">How the losses are put together: the mean first divides each by the number of its labels.</param>
    /// <param name="zeroInfinity">Whether sequences too short for their labels have no loss and no gradient; their loss is infinite
    /// otherwise. PyTorch: <c>zero_infinity</c>.</param>
    /// <exception cref="ArgumentException">Shapes, lengths or labels that do not fit together.</exception>
    public static Tensor CtcLoss(
        Tensor logProbs, Tensor targets, Tensor inputLengths, Tensor targetLengths, int blank = 0, Reduction reduction = Reduction.Mean,
        bool zeroInfinity = false)
    {
        const string Name = "CTCLoss";
        Throw.Unless(logProbs.Shape.Rank is 2 or 3 && logProbs.Length > 0, $"{Name}: expected logarithms [T, N, C] or [T, C], got {logProbs.Shape}.");
        bool single = logProbs.Shape.Rank == 2;
        var x = single ? logProbs.Unsqueeze(1) : logProbs;
        int samples = x.Shape[1], classes = x.Shape[2];
        Throw.Unless(blank >= 0 && blank < classes, $"{Name}: expected a blank from 0 to {classes - 1}, got {blank}.");
        int[] steps = LossChecks.Lengths(Name, "input lengths", inputLengths, samples, x.Shape[0]);
        int most = targets.Shape.Rank == 2 ? targets.Shape[1] : targets.Length;
        int[] counts = LossChecks.Lengths(Name, "target lengths", targetLengths, samples, most);
        var batch = new AlignmentBatch(samples, classes, blank, steps, LossChecks.LabelSequences(Name, targets, counts, classes));
        var losses = AlignmentOperation.Run(x, batch, zeroInfinity);
        if (reduction == Reduction.Mean)
            losses /= Tensor.From(Array.ConvertAll(counts, static count => (float)Math.Max(1, count)), [samples]);
        return single && reduction == Reduction.None ? losses.Reshape(Shape.Scalar) : reduction.Of(losses);
    }
}
