namespace Ballast.Kernels;

/// <summary>A function of single values with its gradient. Its constants, such as a slope, are its fields.</summary>
interface IActivation
{
    /// <summary>Whether the gradient is computed from the result; else it is from the input.</summary>
    static abstract bool KeepsResult { get; }

    /// <summary>Whether the gradient is the same function of the input as of the result.</summary>
    static virtual bool TakesEither => false;

    /// <summary>The result.</summary>
    V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged;

    /// <summary>The gradient of the input, from what was kept and the gradient of the result.</summary>
    V Gradient<S, V>(V kept, V gradient) where S : struct, ISimd<V> where V : unmanaged;
}
