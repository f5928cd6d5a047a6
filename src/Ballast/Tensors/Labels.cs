namespace Ballast;

/// <summary>The class of each sample of a batch: N integers. PyTorch: an int64 tensor [N].</summary>
public sealed class Labels
{
    readonly Buffer buffer;
    readonly int generation;

    /// <summary>Copies the classes.</summary>
    /// <exception cref="ArgumentException">A negative class.</exception>
    public Labels(params ReadOnlySpan<int> classes)
    {
        int lowest = 0;
        foreach (int label in classes)
            lowest = Math.Min(lowest, label);
        Throw.Unless(lowest >= 0, $"Labels: expected classes from 0 on, got {lowest}.");
        buffer = Buffer.Rent(classes.Length);
        generation = buffer.Generation;
        Count = classes.Length;
        classes.CopyTo(buffer.Integers(Count));
    }

    internal Labels(Buffer buffer, int count)
    {
        this.buffer = buffer;
        generation = buffer.Generation;
        Count = count;
    }

    /// <summary>How many samples there are.</summary>
    public int Count { get; }

    /// <summary>The class of one sample.</summary>
    public int this[int index] => AsSpan()[index];

    /// <summary>Whether a backward pass has used these: their memory may be lent again by whoever made them.</summary>
    internal bool Consumed { get; set; }

    internal Buffer Buffer
    {
        get
        {
            if (buffer.Generation != generation)
                Throw.InvalidOperation(
                    "These labels are gone: their batch was trained on, and the loader has moved on. Copy what you keep with ToArray().");
            return buffer;
        }
    }

    /// <summary>The classes.</summary>
    public ReadOnlySpan<int> AsSpan() => Buffer.Integers(Count);

    /// <summary>The classes as rows [N, <paramref name="classes"/>] of zeros with a one at the class.
    /// PyTorch: <c>F.one_hot</c>, as floats.</summary>
    /// <exception cref="ArgumentException">A class that is not below <paramref name="classes"/>.</exception>
    public Tensor OneHot(int classes)
    {
        var rows = Tensor.Zeros([Count, classes]);
        var values = rows.Mutate();
        for (int n = 0; n < Count; n++)
        {
            Throw.Unless((uint)this[n] < (uint)classes, $"Labels.OneHot: the class {this[n]} needs at least {this[n] + 1} columns, got {classes}.");
            values[n * classes + this[n]] = 1;
        }

        return rows;
    }

    /// <summary>The classes as an array of its own.</summary>
    public int[] ToArray() => AsSpan().ToArray();

    internal void ReleaseValues()
    {
        if (buffer.Generation == generation)
            buffer.Release();
    }
}
