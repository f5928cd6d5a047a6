using System.Globalization;
using System.Text;

namespace Ballast;

/// <summary>Means over the mini-batches of an epoch, in training mode, while the weights change.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Step">How many mini-batches are done in all.</param>
/// <param name="Loss">The mean of the mini-batches' losses; NaN where a checkpoint of before it was kept lacks the epoch's beginning.</param>
/// <param name="Accuracy">The share of the samples that were classified right, 0 to 1; NaN likewise.</param>
/// <param name="Count">How many samples there were.</param>
public readonly record struct EpochLine(int Epoch, long Step, double Loss, double Accuracy, long Count)
{
    // Numbers as they are written everywhere, whatever the culture of the caller.
    bool PrintMembers(StringBuilder builder)
    {
        builder.Append(CultureInfo.InvariantCulture, $"Epoch = {Epoch}, Step = {Step}, Loss = {Loss}, Accuracy = {Accuracy}, Count = {Count}");
        return true;
    }
}

/// <summary>Sums over the mini-batches of an epoch in progress.</summary>
/// <param name="Loss">The sum of the losses; NaN where it is not known.</param>
/// <param name="Correct">How many samples were classified right.</param>
/// <param name="Samples">How many samples there were.</param>
/// <param name="Batches">How many mini-batches there were.</param>
readonly record struct EpochSums(double Loss, long Correct, long Samples, long Batches)
{
    /// <summary>The sums after one more mini-batch.</summary>
    public EpochSums With(double loss, int correct, int samples) => new(Loss + loss, Correct + correct, Samples + samples, Batches + 1);

    /// <summary>The means.</summary>
    public EpochLine Line(int epoch, long step) => double.IsNaN(Loss)
        ? new(epoch, step, double.NaN, double.NaN, Samples)
        : new(epoch, step, Loss / Batches, (double)Correct / Samples, Samples);
}
