using Ballast.Kernels;

namespace Ballast;

/// <summary>y = (x - mean) / sqrt(var + eps) gamma + beta for each channel, with the statistics of this batch or with given
/// ones. Ioffe &amp; Szegedy 2015, algorithm 1 and section 3.1. A batch in chunks has statistics, and perhaps gamma and beta,
/// for each chunk.</summary>
sealed partial class NormalizationOperation : Operation
{
    readonly Buffer source;
    readonly Buffer table; // [rows, C] for each chunk
    readonly ChannelChunks chunks;
    readonly byte rows; // of the table
    readonly bool batchStatistics;
    readonly Sharing? sharing; // null in a plain batch normalization, whose steps shall allocate little

    NormalizationOperation(Tensor x, in NormalizationPlan plan, Buffer source, Buffer table)
        : base(x, plan.Gamma, plan.Beta)
    {
        this.source = source.Hold();
        this.table = table.Hold();
        chunks = plan.Chunks;
        rows = TableRows(plan);
        batchStatistics = plan.OfBatch;
        if (plan.Pairs is not null || plan.Communicator is not null)
            sharing = new Sharing(plan.Pairs, plan.Communicator, plan.Count);
    }

    /// <summary>What chunks do not share, and what workers do.</summary>
    sealed record Sharing(AffinePair[]? Pairs, ICommunicator? Communicator, double Count);

    AffinePair[]? Pairs => sharing?.Pairs;

    ICommunicator? Communicator => sharing?.Communicator;

    // m.
    double Count => Communicator is null ? chunks.Each.PerChannel : sharing!.Count;

    int Pitch => rows * chunks.Whole.C;

    static byte TableRows(in NormalizationPlan plan) => plan.Correction.IsEmpty ? (byte)ChannelRows.Count : (byte)ChannelRows.CorrectedCount;

    /// <summary>The forward pass.</summary>
    /// <param name="x">[N, C, ...].</param>
    /// <param name="plan">What it is normalized with.</param>
    public static Tensor Run(Tensor x, in NormalizationPlan plan)
    {
        if (Backend.Current is { } other)
            return other.Apply(plan.Describe(x))[0];
        var chunks = plan.Chunks;
        var source = new MemoryOrder(chunks.Whole).Hold(x);
        byte rows = TableRows(plan);
        int pitch = rows * chunks.Whole.C;
        var table = Buffer.Rent(chunks.Count * pitch);
        for (int chunk = 0; chunk < chunks.Count; chunk++)
            Fill(plan, chunk, table.Span(chunk * pitch, pitch));

        bool record = Tensor.Recording && (x.RequiresGrad || plan.Learns);
        var operation = record ? new NormalizationOperation(x, plan, source, table) : null;
        var values = new Values(new DeferredNormalization(source, table, chunks, rows));
        return operation is null ? new Tensor(x.Shape, values) : operation.Produce(x.Shape, values);
    }

    /// <summary>Writes the constants of a chunk: <see cref="ChannelRows"/>.</summary>
    public static unsafe void Fill(in NormalizationPlan plan, int chunk, Span<float> constants)
    {
        int c = plan.Chunks.Whole.C;
        fixed (double* statistics = plan.Statistics.Slice(chunk * 2 * c, 2 * c))
        fixed (double* correction = plan.Correction)
        fixed (float* gamma = plan.Scales(chunk), beta = plan.Shifts(chunk), table = constants)
            ChannelTables.Constants(statistics, plan.Epsilon, gamma, beta, correction, c, table);
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        source.Release();
        table.Release();
    }
}
