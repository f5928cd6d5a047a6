namespace Ballast.Kernels;

/// <summary>Where the rows of sequences lie that run side by side: the sequence b has its row of the step t at offset[t] + b stride, and runs
/// in the steps that have more than b sequences. Longer sequences come first.</summary>
/// <param name="counts">How many sequences run in each step, not increasing.</param>
/// <param name="offsets">The row of the first sequence in each step.</param>
/// <param name="steps">How many steps there are.</param>
/// <param name="stride">From one sequence to the next, in rows.</param>
/// <param name="reverse">Whether each sequence is gone through from its last step to its first.</param>
readonly unsafe struct SequenceRows(int* counts, int* offsets, int steps, int stride, bool reverse)
{
    /// <summary>How many steps there are.</summary>
    public int Steps => steps;

    /// <summary>How many sequences there are.</summary>
    public int Batch => steps == 0 ? 0 : counts[0];

    /// <summary>How many rows there are.</summary>
    public int Length
    {
        get
        {
            int length = 0;
            for (int step = 0; step < steps; step++)
                length += counts[step];
            return length;
        }
    }

    /// <summary>The step that is the i-th to be gone through.</summary>
    public int Step(int i) => reverse ? steps - 1 - i : i;

    /// <summary>The step that is gone through before this one.</summary>
    public int Before(int step) => reverse ? step + 1 : step - 1;

    /// <summary>The step that is gone through after this one.</summary>
    public int After(int step) => reverse ? step - 1 : step + 1;

    /// <summary>How many sequences run in a step; 0 before the first and after the last.</summary>
    public int Count(int step) => (uint)step < (uint)steps ? counts[step] : 0;

    /// <summary>A sequence's row in a step.</summary>
    public nint Row(int step, int sequence) => offsets[step] + (nint)sequence * stride;

    /// <summary>The step that a sequence ends with.</summary>
    public int Last(int sequence)
    {
        int step = 0;
        while (!reverse && Count(step + 1) > sequence)
            step++;
        return step;
    }

    /// <summary>to[row] = what the values before each row are: another row of the sequence, or its first ones.</summary>
    /// <param name="from">The values of all rows.</param>
    /// <param name="first">[batch, width]: what sequences begin with.</param>
    /// <param name="to">The result.</param>
    /// <param name="width">The length of a row.</param>
    public void CopyBefore(float* from, float* first, float* to, int width)
    {
        for (int step = 0; step < steps; step++)
        {
            int before = Before(step), running = Count(before);
            for (int b = 0; b < counts[step]; b++)
            {
                float* source = b < running ? from + Row(before, b) * width : first + (nint)b * width;
                new ReadOnlySpan<float>(source, width).CopyTo(new Span<float>(to + Row(step, b) * width, width));
            }
        }
    }
}
