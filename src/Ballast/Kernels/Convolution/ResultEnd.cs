using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Something that is done for the kind of a result's end.</summary>
interface IEndWork
{
    void Run<T>() where T : struct, IResultEnd;
}

/// <summary>What a convolution does with its result as it writes it; as it is made by default, nothing.</summary>
readonly unsafe struct ResultEnd
{
    /// <summary>What is read along.</summary>
    public ResultSources Sources { get; init; }

    /// <summary>The constants of the normalization whose sums are taken: center, scale and shift, [3, C].</summary>
    public float* Table { get; init; }

    /// <summary>Whether a ReLU follows; where sums are taken, whether one follows the normalization.</summary>
    public bool HasRelu { get; init; }

    /// <summary>Takes mean and variance along.</summary>
    public ChannelMoments? Moments { get; init; }

    /// <summary>Takes the sums along that the normalization's gradient needs.</summary>
    public ChannelSums? Sums { get; init; }

    /// <summary>Whether nothing follows.</summary>
    public bool IsPlain => Sources.Added is null && !HasRelu && Moments is null && Sums is null;

    /// <summary>Runs the work for what follows.</summary>
    public void Choose<W>(in W work)
        where W : struct, IEndWork
    {
        if (Moments is not null)
            work.Run<MomentsEnd>();
        else if (Sources.Added is null)
            Choose<W, Alone>(work);
        else
            Choose<W, Joined>(work);
    }

    void Choose<W, J>(in W work)
        where W : struct, IEndWork
        where J : struct, IJoin
    {
        if (Sums is null && HasRelu)
            work.Run<ReluEnd<J>>();
        else if (Sums is null)
            work.Run<PlainEnd<J>>();
        else if (Sources.Gate is not null)
            work.Run<ResidualEnd<J>>();
        else if (HasRelu)
            work.Run<NormalizationEnd<ReluGate, J>>();
        else
            work.Run<NormalizationEnd<OpenGate, J>>();
    }

    /// <summary>Prepares the sums for this many parts of a result with this many channels.</summary>
    public void Begin(int parts, int channels)
    {
        Moments?.Begin(parts, channels);
        Sums?.Begin(parts, channels);
    }

    /// <summary>Does what follows to a part of a result that was written a moment ago and is still in the cache.</summary>
    /// <param name="part">Which part.</param>
    /// <param name="y">The whole result.</param>
    /// <param name="pixel">The part's first pixel.</param>
    /// <param name="pixels">How many pixels it has.</param>
    /// <param name="channels">The channels of a pixel.</param>
    public void Finish<S, V>(int part, float* y, nint pixel, int pixels, int channels)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        if (Moments is not null)
            Moments.Take<S, V>(part, y + pixel * channels, pixels);
        else if (!IsPlain)
            Choose(new Pass<S, V> { End = this, Part = part, Y = y, At = pixel * channels, Pixels = pixels, Channels = channels });
    }

    struct Pass<S, V> : IEndWork
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        public ResultEnd End;
        public int Part, Pixels, Channels;
        public float* Y;
        public nint At;

        public readonly void Run<T>()
            where T : struct, IResultEnd
        {
            int done = Run<T, S, V>(0);
            if (done < Channels)
                Run<T, SimdScalar, float>(done);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly int Run<T, S2, V2>(int c)
            where T : struct, IResultEnd
            where S2 : struct, ISimd<V2>
            where V2 : unmanaged
        {
            var sources = End.Sources;
            for (; c <= Channels - S2.Width; c += S2.Width)
            {
                V2 first = S2.Broadcast(0), second = first;
                Channel<V2> channel = End.Table is null
                    ? default : PixelMaps.Load<Normalized, S2, V2>(End.Table, c, Channels);
                nint at = At + c;
                for (int i = 0; i < Pixels; i++, at += Channels)
                    S2.Store(Y + at, T.Take<S2, V2>(S2.Load(Y + at), sources, at, channel, ref first, ref second));
                End.Sums?.Store<S2, V2>(Part, c, first, second);
            }

            return c;
        }
    }
}
