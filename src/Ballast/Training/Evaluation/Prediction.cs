using System.Globalization;
using System.Text;

namespace Ballast;

/// <summary>A class that a network gives to a sample.</summary>
/// <param name="Label">The class, 0 or more.</param>
/// <param name="Probability">How probable the network says it is, 0 to 1: the softmax of its logits.</param>
public sealed record Prediction(int Label, float Probability)
{
    /// <summary>Runs a classifier over a batch in evaluation mode, recording no gradients. The mode belongs to the thread and the
    /// network is not touched: several threads may run it at once, whatever mode it was left in.</summary>
    /// <param name="model">A network with one logit for each class.</param>
    /// <param name="inputs">The samples, N of them.</param>
    /// <param name="top">How many classes to give for each sample; all of them where it has fewer.</param>
    /// <returns>For each of the N samples its most probable classes, the likeliest first; of equal ones the lower label first.
    /// </returns>
    /// <exception cref="ArgumentException">Samples that do not fit the network, outputs that are not [N, C], or a
    /// <paramref name="top"/> below 1.</exception>
    /// <exception cref="InvalidOperationException">Outputs that are NaN or infinite, of which no probability can be made.</exception>
    public static IReadOnlyList<IReadOnlyList<Prediction>> Run(Module model, Tensor inputs, int top = 1)
    {
        Throw.Unless(top > 0, $"Prediction.Run: expected to give at least 1 class, got {top}.");
        using var evaluating = ModeScope.Evaluate();
        using var off = Tensor.NoGrad();
        var outputs = model.Forward(inputs);
        Throw.Unless(outputs.Shape.Rank == 2 && outputs.Shape[0] == inputs.Shape[0],
            $"Prediction.Run: expected the network to give logits [{inputs.Shape[0]}, C], got {outputs.Shape}.");
        int classes = outputs.Shape[1];
        float[] probabilities = outputs.Softmax().ToArray();
        if (Array.FindIndex(probabilities, float.IsNaN) is >= 0 and var i)
            RefuseNaN(outputs, i / classes, classes);
        return
        [
            .. Enumerable.Range(0, outputs.Shape[0])
                .Select(n => Best(probabilities.AsSpan(n * classes, classes), top)),
        ];
    }

    /// <summary>The outputs of any network for all samples of a dataset, in evaluation mode, recording no gradients: numbers, masks, what it
    /// gives. PyTorch: a loop over a loader under <c>no_grad</c>, and <c>torch.cat</c>.</summary>
    /// <param name="model">The network. One that takes or gives several tensors implements <see cref="IBatchModule"/>.</param>
    /// <param name="dataset">The samples.</param>
    /// <param name="batchSize">How many samples at once.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>Each output for all samples, in the order of the dataset: [Count, ...].</returns>
    /// <exception cref="ArgumentException">Samples that do not fit the network, or outputs whose shapes differ from batch to batch.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static TensorList Outputs(Module model, Dataset dataset, int batchSize = 500, CancellationToken cancellation = default) =>
        Outputs(model, new DataLoader(dataset, batchSize, generator: new Generator(0)), cancellation);

    /// <summary>The same over the batches of a loader: for samples that need a collate function.</summary>
    /// <param name="model">The network.</param>
    /// <param name="loader">The samples; shuffled ones come in the order in which they were drawn.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>Each output for all samples: [samples, ...].</returns>
    /// <exception cref="ArgumentException">Samples that do not fit the network, or outputs whose shapes differ from batch to batch.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static TensorList Outputs(Module model, DataLoader loader, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(loader);
        using var evaluating = ModeScope.Evaluate();
        using var off = Tensor.NoGrad();
        List<TensorList> all = [];
        foreach (var batch in loader)
        {
            cancellation.ThrowIfCancellationRequested();
            all.Add(BatchForward.Run(model, batch).Select(static tensor => tensor.Detach()));
        }

        Tensor[] joined = [.. Enumerable.Range(0, all[0].Count).Select(i => Tensor.Concat([.. all.Select(outputs => outputs[i])]))];
        return TensorList.Of(joined, all[0].Names);
    }

    static void RefuseNaN(Tensor outputs, int sample, int classes)
    {
        var logits = outputs.AsSpan().Slice(sample * classes, classes);
        int c = 0;
        while (float.IsFinite(logits[c]))
            c++;
        Throw.InvalidOperation(string.Create(CultureInfo.InvariantCulture,
            $"Prediction.Run: expected finite logits, got {logits[c]} for class {c} of sample {sample}. ")
            + "Look for values that are not finite in the network's weights and in the sample.");
    }

    static Prediction[] Best(ReadOnlySpan<float> probabilities, int top)
    {
        var all = new Prediction[probabilities.Length];
        for (int i = 0; i < all.Length; i++)
            all[i] = new Prediction(i, probabilities[i]);
        return [.. all.OrderByDescending(static prediction => prediction.Probability).Take(top)];      // a stable order
    }

    // Numbers as they are written everywhere, whatever the culture of the caller.
    bool PrintMembers(StringBuilder builder)
    {
        builder.Append(CultureInfo.InvariantCulture, $"Label = {Label}, Probability = {Probability}");
        return true;
    }
}
