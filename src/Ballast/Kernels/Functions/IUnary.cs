namespace Ballast.Kernels;

/// <summary>One value in, one out.</summary>
interface IUnary
{
    static abstract V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>Two values in, one out.</summary>
interface IBinary
{
    static abstract V Apply<S, V>(V x, V y) where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>Three values in, one out.</summary>
interface ITernary
{
    static abstract V Apply<S, V>(V x, V y, V z) where S : struct, ISimd<V> where V : unmanaged;
}
