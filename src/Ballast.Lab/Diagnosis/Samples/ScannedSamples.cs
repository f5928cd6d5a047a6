using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Ballast.Lab;

/// <summary>The samples that a loader goes through, straight from its dataset and without transforms; of many, some that are evenly
/// spread.</summary>
sealed class ScannedSamples
{
    const int MostSamples = 50_000, FewestSamples = 256;
    const long MostValues = 1L << 28;

    readonly Dataset dataset;
    readonly CancellationToken cancellation;
    float[] room = [];

    /// <summary>Chooses the samples.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="indices">Which of its samples there are.</param>
    /// <param name="most">How many are looked at, at most.</param>
    /// <param name="cancellation">Stops between two samples.</param>
    public ScannedSamples(Dataset dataset, int[] indices, long most, CancellationToken cancellation)
    {
        (this.dataset, this.cancellation) = (dataset, cancellation);
        Total = indices.Length;
        Indices = Total <= most ? indices : [.. Enumerable.Range(0, (int)most).Select(i => indices[i * (long)Total / most])];
        HasClasses = dataset.Targets is [{ IsClass: true }];
    }

    /// <summary>The indices of the samples in the dataset.</summary>
    public IReadOnlyList<int> Indices { get; }

    /// <summary>Of how many they are.</summary>
    public int Total { get; }

    /// <summary>The shape of a sample.</summary>
    public Shape Shape => dataset.SampleShape;

    /// <summary>What a value of samples that are rows is called: its name where it has one, else its number, from 0 on.</summary>
    public string ColumnName(int column) => column < dataset.ColumnNames.Count
        ? $"column {dataset.ColumnNames[column]}" : string.Create(CultureInfo.InvariantCulture, $"column {column}");

    /// <summary>Whether each has one class.</summary>
    public bool HasClasses { get; }

    /// <summary>Whether they are kept as bytes, which are the same however they are scaled.</summary>
    public bool IsBytes => dataset is ByteDataset;

    /// <summary>Whether each is one input of floats.</summary>
    public bool IsFloats => dataset.Inputs is [{ ElementType: ElementType.Float32 }];

    /// <summary>The samples of some batches; null where these are no loader's.</summary>
    public static ScannedSamples? Of(IEnumerable<Batch>? batches, CancellationToken cancellation)
    {
        if (batches is not DataLoader loader
            || !loader.Dataset.Inputs.All(static input => input.ElementType is ElementType.Float32 or ElementType.Int64))
            return null;
        long values = Math.Max(1, loader.Dataset.Inputs.Sum(static input => (long)input.Shape.Length));
        return new ScannedSamples(loader.Dataset, Drawn(loader), Math.Clamp(MostValues / values, FewestSamples, MostSamples), cancellation);
    }

    // Of a sampler nothing is known but what it draws: an epoch of it, by generators of its own.
    static int[] Drawn(DataLoader loader)
    {
        if (loader.Shuffle || loader.Sampler is not { } sampler)
            return [.. Enumerable.Range(0, loader.Dataset.Count)];
        int[] order = new int[sampler.Count];
        using var generator = Generator.UseDefault(new Generator(0));
        sampler.Draw(order, new Generator(0));
        return [.. order.Distinct().Where(index => (uint)index < (uint)loader.Dataset.Count).Order()];
    }

    /// <summary>The class of a sample.</summary>
    public int Label(int index) => dataset.Label(index);

    /// <summary>The targets of a sample where all of them are floats; null where they are not.</summary>
    public float[]? Numbers(int index)
    {
        var targets = dataset.ReadTargets(index);
        return targets.Count > 0 && targets.All(static target => target.ElementType == ElementType.Float32)
            ? [.. targets.SelectMany(static target => target.ToArray())] : null;
    }

    /// <summary>The values of a sample, until the next is read.</summary>
    public ReadOnlySpan<float> Read(int index)
    {
        cancellation.ThrowIfCancellationRequested();
        if (room.Length != dataset.SampleShape.Length)
            room = new float[dataset.SampleShape.Length];
        dataset.Read(index, room);
        return room;
    }

    /// <summary>How a picture that is kept as bytes looks; null where there is too little in it to tell it from others.</summary>
    public PictureLook? Look(int index)
    {
        cancellation.ThrowIfCancellationRequested();
        return PictureLook.Of(((ByteDataset)dataset).Bytes(index), dataset.SampleShape);
    }

    /// <summary>A digest of all values of a sample: the first half of their SHA-256. Equal values have equal ones, and no two others
    /// are known.</summary>
    /// <param name="index">The sample.</param>
    /// <param name="bytes">Whether to take the bytes that the sample is kept as.</param>
    public UInt128 Digest(int index, bool bytes)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        if (bytes)
        {
            cancellation.ThrowIfCancellationRequested();
            SHA256.HashData(((ByteDataset)dataset).Bytes(index), digest);
        }
        else if (IsFloats)
        {
            Read(index);
            Digest(room, digest);
        }
        else
        {
            cancellation.ThrowIfCancellationRequested();
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var input in dataset.Get(index).Inputs)
            {
                if (input.ElementType == ElementType.Int64)
                    SHA256.HashData(MemoryMarshal.AsBytes(input.AsSpan<long>()), digest);
                else
                    Digest(input.ToArray(), digest);
                hash.AppendData(digest);
            }

            hash.GetHashAndReset(digest);
        }

        return MemoryMarshal.Read<UInt128>(digest);
    }

    // -0 is 0.
    static void Digest(Span<float> values, Span<byte> digest)
    {
        foreach (ref float value in values)
            value += 0f;
        SHA256.HashData(MemoryMarshal.AsBytes(values), digest);
    }
}
