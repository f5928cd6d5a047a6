using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Epilogue of a convolution, done to its result while that is in registers or in a near cache: an addition, then a function of
/// single values; and what is added up of it for the operation that follows. By default there is none.</summary>
/// <remarks>Addition and ReLU are compiled into the kernels (<see cref="IEpilogue"/>); any other function is applied to each block that
/// was written a moment ago, and sums are taken of it there.</remarks>
readonly unsafe struct Epilogue
{
    /// <summary>Values that are added, in the order of the result; null for none.</summary>
    public float* Added { get; init; }

    /// <summary>The function that follows; null for none.</summary>
    public Pointwise? Function { get; init; }

    /// <summary>Takes the moments of each channel of the result, for a batch normalization; null where nothing asks for them. No function
    /// follows then, and the convolution is not depthwise.</summary>
    public ChannelMoments? Moments { get; init; }

    /// <summary>Whether the function is one that is applied in registers.</summary>
    public bool HasRelu => Function == Pointwise.Relu;

    /// <summary>The function that is applied to a block when it is written; null for none.</summary>
    public Pointwise? Afterwards => HasRelu ? null : Function;

    /// <summary>The whole epilogue for a part of a result that was written a moment ago and is still in the cache.</summary>
    /// <param name="part">Which part, counted as <see cref="ChannelMoments.Begin"/> was told.</param>
    /// <param name="y">The whole result.</param>
    /// <param name="start">The first value of the part.</param>
    /// <param name="count">How many values it has.</param>
    public void Finish<S, V>(int part, float* y, nint start, int count)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* values = y + start, added = Added is null ? null : Added + start;
        if (added is not null && HasRelu)
            Finish<AddReluEpilogue, S, V>(values, added, count);
        else if (added is not null)
            Finish<AddEpilogue, S, V>(values, added, count);
        else if (HasRelu)
            Finish<ReluEpilogue, S, V>(values, added, count);
        Afterwards?.Apply(values, count);
        Moments?.Take<S, V>(part, values, count);
    }

    static void Finish<E, S, V>(float* values, float* added, int count)
        where E : struct, IEpilogue
        where S : struct, ISimd<V>
        where V : unmanaged => Run<E, SimdScalar, float>(values, added, Run<E, S, V>(values, added, 0, count), count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int Run<E, S, V>(float* values, float* added, int i, int count)
        where E : struct, IEpilogue
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        for (; i <= count - S.Width; i += S.Width)
            S.Store(values + i, E.Apply<S, V>(S.Load(values + i), E.Adds ? S.Load(added + i) : default));
        return i;
    }
}
