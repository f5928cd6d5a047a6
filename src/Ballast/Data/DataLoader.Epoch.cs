using System.Collections;

namespace Ballast;

public sealed partial class DataLoader
{
    /// <summary>One way through the dataset.</summary>
    sealed class Epoch(DataLoader loader, int firstBatch, int number, long seed) : IEnumerator<Batch>
    {
        readonly Augmentation? augmentation = loader.HasTransforms ? new Augmentation(loader, number, seed) : null;
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
                loader.Sampler?.DrawUnused(loader.Generator);
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

        void TakeBack()
        {
            Current.TakeBack();
            Current = default;
        }

        Batch Read(int batch)
        {
            int first = batch * loader.BatchSize;
            int count = Math.Min(loader.BatchSize, loader.SampleCount - first);
            augmentation?.Begin(batch);
            var read = loader.Gathers ? Gather(first, count)
                : loader.TakesSamples ? ReadSamples(first, count)
                : ReadValues(first, count);
            return augmentation is null ? read : augmentation.Mix(read);
        }

        // Samples as tensors, each changed alone, then put together.
        Batch ReadSamples(int first, int count)
        {
            var samples = new Sample[count];
            for (int i = 0; i < count; i++)
            {
                var sample = loader.Dataset.Get(Sample(first + i));
                samples[i] = augmentation is null ? sample : augmentation.Apply(sample, Sample(first + i));
            }

            return loader.Put(samples);
        }

        // Tensors in memory: rows are copied as they are.
        Batch Gather(int first, int count)
        {
            Span<int> samples = count <= 256 ? stackalloc int[count] : new int[count];
            for (int i = 0; i < count; i++)
                samples[i] = Sample(first + i);
            return loader.Dataset.Gather(samples);
        }

        Batch ReadValues(int first, int count)
        {
            int size = loader.Dataset.SampleShape.Length;
            var targets = loader.HasClasses ? ReadLabels(first, count) : null;
            var others = targets is null ? ReadTargets(first, count) : null;
            var values = loader.Dataset is ByteDataset images
                ? ReadImages(images, first, count, size)
                : ReadFloats(first, count, size);
            var inputs = new Tensor(loader.Dataset.SampleShape.Batched(count), values);
            return targets is null ? new Batch(inputs, others!) : new Batch(inputs, targets);
        }

        Tensor ReadLabels(int first, int count)
        {
            var labels = Buffer.Rent(ElementType.Int64, count);
            var targets = labels.Span<long>(count);
            for (int i = 0; i < count; i++)
                targets[i] = loader.Dataset.Label(Sample(first + i));
            return new Tensor([count], new Values(labels));
        }

        TensorList ReadTargets(int first, int count)
        {
            var samples = new Sample[count];
            for (int i = 0; i < count; i++)
                samples[i] = new Sample([], loader.Dataset.ReadTargets(Sample(first + i)));
            return Collate.Targets(samples);
        }

        int Sample(int position) => order is null ? position : order[position];

        Values ReadFloats(int first, int count, int size)
        {
            var values = Buffer.Rent(count * size);
            var (source, standardization) = loader.Dataset is StandardizedDataset standardized
                ? (standardized.Source, standardized.Standardization)
                : (loader.Dataset, null);
            for (int i = 0; i < count; i++)
                source.Read(Sample(first + i), values.Span(i * size, size));
            augmentation?.Apply(values.Span(count * size), order, first);
            for (int i = 0; i < count && standardization is not null; i++)
                standardization.Apply(values.Span(i * size, size));
            return new Values(values);
        }

        // Images that stay in place and as they are are not touched yet; others are copied, still as bytes.
        unsafe Values ReadImages(ByteDataset images, int first, int count, int size)
        {
            var addresses = Buffer.Rent(ElementType.Int64, count);
            object owner = images;
            fixed (long* start = addresses.Span<long>(count))
            {
                byte** to = (byte**)start;
                if (augmentation is not { ChangesImages: true } && images.Address(Sample(first)) is not null)
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

                    augmentation?.Apply(bytes, order, first);
                }
            }

            var standardization = images.Standardization;
            return new Values(new PixelValues(addresses, count, size, owner, standardization?.Mean, standardization?.Std));
        }
    }
}
