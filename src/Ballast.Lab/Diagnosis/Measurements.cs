namespace Ballast.Lab;

/// <summary>What batch normalizations were given: the statistics of each batch, and how the network was run.</summary>
sealed class Measurements
{
    readonly Dictionary<BatchNorm, NormMeasurements> norms = [];
    readonly Parameter[] watched;
    readonly BatchNorm? first;
    float[] values, now; // of the watched parameters, in the pass before and in this one

    public Measurements(Module model)
    {
        foreach (var (name, module) in model.NamedModules())
        {
            if (module is BatchNorm norm && norms.TryAdd(norm, new NormMeasurements(name, norm)))
                first ??= norm;
        }

        // Small parameters tell whether an optimizer has stepped.
        watched = [.. model.Parameters().Where(static parameter => parameter.Shape.Rank == 1 && !parameter.Frozen).Take(4)];
        values = new float[ParameterVector.Length(watched)];
        now = new float[values.Length];
    }

    /// <summary>For each training pass the class that most samples were given, and the share of these.</summary>
    public List<(int Class, double Share)> Predictions { get; } = [];

    /// <summary>Takes the outputs of a training pass.</summary>
    public void TakeOutputs(ForwardPass pass)
    {
        if (!pass.RecordsGradients || pass.Output.Shape is not { Rank: 2 } shape || shape[0] < 4 || shape[1] < 2)
            return;
        float[] outputs = pass.Output.ToArray();
        int[] counts = new int[shape[1]];
        for (int n = 0; n < shape[0]; n++)
        {
            int best = 0;
            for (int k = 1; k < shape[1]; k++)
                best = outputs[n * shape[1] + k] > outputs[n * shape[1] + best] ? k : best;
            counts[best]++;
        }

        int most = counts.Max();
        Predictions.Add((Array.IndexOf(counts, most), (double)most / shape[0]));
    }

    /// <summary>Whether no training batch was seen.</summary>
    public bool IsEmpty => norms.Values.All(static norm => norm.Count == 0);

    /// <summary>How many times the network ran in training mode with gradients.</summary>
    public int TrainingPasses { get; private set; }

    /// <summary>In how many of them the parameters were not those of the one before.</summary>
    public int ChangedPasses { get; private set; }

    /// <summary>How many times a batch normalization moved its running statistics while no gradients were recorded, at most.</summary>
    public int PassesWithoutGradients => norms.Values.Select(static norm => norm.WithoutGradients).DefaultIfEmpty().Max();

    /// <summary>All layers.</summary>
    public IEnumerable<NormMeasurements> Norms => norms.Values;

    /// <summary>One layer; null where it saw no batch.</summary>
    public NormMeasurements? Of(BatchNorm norm) => norms.TryGetValue(norm, out var found) && found.Count > 0 ? found : null;

    /// <summary>Takes a batch.</summary>
    public void Take(BatchNormPass pass)
    {
        if (pass.IsOfBatch && pass.RecordsGradients && pass.Layer == first)
            CountSteps();
        norms[pass.Layer].Take(pass);
    }

    void CountSteps()
    {
        ParameterVector.CopyValues(watched, now);
        if (TrainingPasses++ == 0 || !now.AsSpan().SequenceEqual(values))
            ChangedPasses++;
        (values, now) = (now, values);
    }
}
