namespace Ballast.Kernels;

/// <summary>One element in, one out, of any types.</summary>
interface IElementMap<T, R>
{
    static abstract R Apply(T x);

    /// <summary>Whether an element has a result at all.</summary>
    static virtual bool Takes(T x) => true;

    /// <summary>Several elements that lie side by side; returns how many of them are done, from the first one on.</summary>
    static virtual unsafe int Many(void* to, void* x, int length) => 0;
}

/// <summary>Two elements in, one out, of any types.</summary>
interface IElementZip<T, R>
{
    static abstract R Apply(T x, T y);

    /// <summary>Several elements, of operands whose step is 1, or 0 where one element is repeated; returns how many are done.</summary>
    static virtual unsafe int Many(void* to, void* x, nint stepX, void* y, nint stepY, int length) => 0;
}
