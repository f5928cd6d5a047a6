using System.Collections;

namespace Ballast;

public sealed partial class DataLoader
{
    /// <summary>One way through the dataset.</summary>
    sealed class Epoch(DataLoader loader, int firstBatch, int number, long seed) : IEnumerator<Batch>
    {
        readonly Augmentation? augmentation = loader.Transforms.Count == 0 ? null : new Augmentation(loader, number, seed);
        int next = firstBatch;
        bool started, exhausted;
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
            {
                DrawUnused();
                return false;
            }

            // A last batch with room left is asked for more than there is.
            if (next == loader.Count - 1 && loader.LastBatchSize < loader.BatchSize)
                DrawUnused();
            int batch = next++; // before reading: behind a batch that cannot be read comes the one after it
            Current = prefetcher is null ? Read(batch) : prefetcher.Take();
            return true;
        }

        void DrawUnused()
        {
            if (!exhausted)
                loader.DrawUnused();
            exhausted = true;
        }

        /// <summary>Draws the order, as PyTorch does when the first batch is asked for.</summary>
        public void Begin()
        {
            started = true;
            order = loader.DrawOrder();
            if (loader.Prefetch > 0)
                prefetcher = new Prefetcher(Read, next, loader.Count, loader.Prefetch);
        }

        public void Dispose()
        {
            prefetcher?.Stop();
            if (order is not null)
                loader.spare = order;
            (order, next) = (null, loader.Count);
        }

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
            var labels = Buffer.Rent(ElementType.Int64, count);
            var targets = labels.Span<long>(count);
            for (int i = 0; i < count; i++)
                targets[i] = loader.Dataset.Label(Sample(first + i));

            var values = loader.Dataset is ByteDataset images
                ? ReadImages(images, batch, first, count, size)
                : ReadFloats(batch, first, count, size);
            return new Batch(
                new Tensor(loader.Dataset.SampleShape.Batched(count), values), new Tensor([count], new Values(labels)));
        }

        int Sample(int position) => order is null ? position : order[position];

        Values ReadFloats(int batch, int first, int count, int size)
        {
            var values = Buffer.Rent(count * size);
            var (source, standardization) = loader.Dataset is StandardizedDataset standardized
                ? (standardized.Source, standardized.Standardization)
                : (loader.Dataset, null);
            for (int i = 0; i < count; i++)
                source.Read(Sample(first + i), values.Span(i * size, size));
            augmentation?.Apply(batch, values.Span(count * size), order, first);
            for (int i = 0; i < count && standardization is not null; i++)
                standardization.Apply(values.Span(i * size, size));
            return new Values(values);
        }

        // Images that stay in place and as they are are not touched yet; others are copied, still as bytes.
        unsafe Values ReadImages(ByteDataset images, int batch, int first, int count, int size)
        {
            var addresses = Buffer.Rent(ElementType.Int64, count);
            object owner = images;
            fixed (long* start = addresses.Span<long>(count))
            {
                byte** to = (byte**)start;
                if (augmentation is null && images.Address(Sample(first)) is not null)
                {
                    for (int i = 0; i < count; i++)
                        to[i] = images.Address(Sample(first + i));
                }
                else
                {
                    var copy = Buffer.Rent(ElementType.UInt8, count * size);
                    owner = copy;
                    var bytes = copy.Bytes(count * size);
                    for (int i = 0; i < count; i++)
                    {
                        images.Bytes(Sample(first + i)).CopyTo(bytes[(i * size)..]);
                        fixed (byte* image = bytes[(i * size)..])
                            to[i] = image;
                    }

                    augmentation?.Apply(batch, bytes, order, first);
                }
            }

            var standardization = images.Standardization;
            return new Values(new PixelValues(addresses, count, size, owner, standardization?.Mean, standardization?.Std));
        }
    }
}
