namespace Ballast.Kernels;

/// <summary>How the windows of a pool lie along one axis.</summary>
/// <param name="Size">Positions of the input.</param>
/// <param name="Windows">How many windows there are.</param>
/// <param name="Kernel">Values of a window; 0 where the windows share the axis evenly between them.</param>
/// <param name="Stride">Positions from one window to the next.</param>
/// <param name="Padding">Positions on each side of the input.</param>
/// <param name="Dilation">Positions from one value of a window to the next.</param>
readonly record struct PoolAxis(int Size, int Windows, int Kernel, int Stride, int Padding, int Dilation)
{
    /// <summary>One position.</summary>
    public static PoolAxis One => Of(1, 1, 1, 0, 1, ceil: false);

    /// <summary>Windows of one size. As PyTorch counts: rounded up, a last window must still begin on the input or on the padding before
    /// it.</summary>
    public static PoolAxis Of(int size, int kernel, int stride, int padding, int dilation, bool ceil)
    {
        int room = size + 2 * padding - (dilation * (kernel - 1) + 1) + (ceil ? stride - 1 : 0);
        int count = room / stride + 1;
        return new PoolAxis(
            size, ceil && (count - 1) * stride >= size + padding ? count - 1 : count, kernel, stride, padding, dilation);
    }

    /// <summary>So many windows that share the axis evenly: window i is from floor(i size / windows) up to ceil((i + 1) size / windows).
    /// </summary>
    public static PoolAxis Adaptive(int size, int windows) => windows > 0 && size % windows == 0
        ? Of(size, size / windows, size / windows, 0, 1, ceil: false) : new PoolAxis(size, windows, 0, 0, 0, 1);

    /// <summary>Whether each position is in one window and no other.</summary>
    public bool IsTiling =>
        Kernel > 0 && Padding == 0 && Dilation == 1 && (Size == Kernel || (Stride == Kernel && Windows * Stride >= Size));

    /// <summary>Whether windows are as long as their stride and inside the input.</summary>
    public bool IsSideBySide => Kernel > 0 && Padding == 0 && Dilation == 1 && Kernel == Stride && Windows * Stride <= Size;

    /// <summary>The values of a window that lie on the input.</summary>
    public Taps Window(int window)
    {
        if (Kernel == 0)
        {
            int from = (int)((long)window * Size / Windows), until = (int)(((window + 1L) * Size + Windows - 1) / Windows);
            return new Taps(from, 0, until - from);
        }

        int start = window * Stride - Padding;
        if (start >= 0 && start + Dilation * (Kernel - 1) < Size)
            return new Taps(start, 0, Kernel); // nearly always
        int first = start >= 0 ? 0 : (-start + Dilation - 1) / Dilation;
        int last = start >= Size ? 0 : Math.Min(Kernel, (Size - start + Dilation - 1) / Dilation);
        return new Taps(start, first, Math.Max(first, last));
    }

    /// <summary>How many values of a window a mean counts: those on the input, or with the padding, but never what lies beyond that.
    /// </summary>
    public int Counted(Taps window, bool countPadding) => countPadding && Kernel > 0
        ? Math.Min(window.Start + Kernel, Size + Padding) - window.Start : window.Count;
}

/// <summary>Which values of a window along one axis lie on the image: from <paramref name="First"/> up to, not including,
/// <paramref name="Last"/>.</summary>
/// <param name="Start">Where the window begins; before the image it is negative.</param>
/// <param name="First">The first value on the image.</param>
/// <param name="Last">The one behind the last.</param>
readonly record struct Taps(int Start, int First, int Last)
{
    /// <summary>How many there are.</summary>
    public int Count => Last - First;
}
