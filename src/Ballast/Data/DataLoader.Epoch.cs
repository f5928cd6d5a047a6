using System.Collections;

namespace Ballast;

public sealed partial class DataLoader
{
    /// <summary>One way through the dataset.</summary>
    sealed class Epoch(DataLoader loader, int firstBatch) : IEnumerator<Batch>
    {
        int next = firstBatch;
        bool started;
        int[]? order;
        Prefetcher? prefetcher;

        public Batch Current { get; private set; }

        object IEnumerator.Current => Current;

        public bool MoveNext()
        {
            TakeBack();
            if (!started)
                Begin();

            if (next >= loader.Count)
                return false;
            Current = prefetcher is null ? Read(next) : prefetcher.Take();
            next++;
            return true;
        }

        /// <summary>Draws the order, as PyTorch does when the first batch is asked for.</summary>
        public void Begin()
        {
            started = true;
            order = loader.DrawOrder();
            if (loader.Prefetch > 0)
                prefetcher = new Prefetcher(Read, next, loader.Count, loader.Prefetch);
        }

        public void Dispose() => prefetcher?.Stop();

        public void Reset() => Throw.InvalidOperation("DataLoader: an epoch goes one way. Start another one.");

        // A batch that no backward pass has used may be anybody's: it is left to whoever holds it.
        void TakeBack()
        {
            if (Current.Inputs is { Consumed: true } inputs)
                inputs.ReleaseValues();
            if (Current.Targets is { Consumed: true } targets)
                targets.ReleaseValues();
            Current = default;
        }

        Batch Read(int batch)
        {
            int first = batch * loader.BatchSize;
            int count = Math.Min(loader.BatchSize, loader.Dataset.Count - first);
            int size = loader.Dataset.SampleShape.Length;
            var labels = Buffer.Rent(count);
            var targets = labels.Integers(count);
            Buffer values;
            if (loader.Dataset is ByteDataset images)
            {
                values = Buffer.Rent((count * size + sizeof(float) - 1) / sizeof(float));
                var bytes = values.Bytes(count * size);
                for (int i = 0; i < count; i++)
                {
                    int sample = order is null ? first + i : order[first + i];
                    images.Bytes(sample).CopyTo(bytes[(i * size)..]);
                    targets[i] = images.Label(sample);
                }

                var pixels = new Values(new PixelValues(values));
                return new Batch(
                    new Tensor(loader.Dataset.SampleShape.Batched(count), pixels), new Labels(labels, count));
            }

            values = Buffer.Rent(count * size);
            for (int i = 0; i < count; i++)
            {
                int sample = order is null ? first + i : order[first + i];
                loader.Dataset.Read(sample, values.Span(i * size, size));
                targets[i] = loader.Dataset.Label(sample);
            }

            return new Batch(
                new Tensor(loader.Dataset.SampleShape.Batched(count), new Values(values)), new Labels(labels, count));
        }
    }
}
