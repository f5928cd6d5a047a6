namespace Ballast.Lab;

/// <summary>What a <see cref="TrialRun"/> looks at besides statistics.</summary>
sealed partial class TrialRun
{
    // The layers whose inputs and outputs a probe can see, each once.
    List<LayerVitals> Chained()
    {
        var found = new List<LayerVitals>();
        foreach (var (name, module) in examination.Chains.SelectMany(static chain => chain).DistinctBy(static link => link.Module))
        {
            if (module is not (ReLU or Sigmoid or Tanh or Linear or Conv2d))
                continue;
            try
            {
                using var probe = Probe.Attach(examination.Model).OnForward(name, static _ => { });
                found.Add(new LayerVitals(name, module));
            }
            catch (ArgumentException)
            {
                // It is called by a module of its own, which shows nobody what it gives it.
            }
        }

        return found;
    }

    // Evaluation with the statistics that the batches had in training mode, in place of the running ones.
    void Settle()
    {
        foreach (var (_, norm, state, running) in states)
        {
            if (running is null || Training.Of(norm) is not { } seen || norm is BatchRenorm)
                continue;
            int count = norm.NumFeatures;
            var measured = new StateDict();
            foreach (var (key, entry) in state)
            {
                measured.Add(key, key switch
                {
                    "running_mean" => new StateEntry(Tensor.From([.. Enumerable.Range(0, count).Select(c => (float)seen.Mean(c))], [count])),
                    "running_var" => new StateEntry(Tensor.From([.. Enumerable.Range(0, count).Select(c => (float)seen.TotalVariance(c))], [count])),
                    _ => entry,
                });
            }

            norm.LoadStateDict(measured);
        }

        SettleInside();
        using var off = Tensor.NoGrad();
        examination.Model.Eval();
        double sum = 0;
        int batches = 0, right = 0, samples = 0;
        foreach (var (inputs, targets) in kept.Where(static batch => batch.Targets.Length > 1))
        {
            var outputs = examination.Model.Forward(inputs);
            sum += examination.Options.Loss(outputs, targets).Item();
            right += Correct(outputs, targets);
            samples += targets.Length;
            batches++;
        }

        if (batches > 0)
            Settled = (sum / batches, (double)right / samples);
    }

    // A graph shows no batch statistics of its nodes: they are measured in a pass of their own.
    void SettleInside()
    {
        if (!inside.Any(static entry => !entry.Kept.IsHeld))
            return;
        var batches = kept.Where(batch => batch.Targets.Length > 1 && batch.Inputs.Shape.Rank == kept[0].Inputs.Shape.Rank
            && batch.Inputs.Shape.ToArray().AsSpan(1).SequenceEqual(kept[0].Inputs.Shape.ToArray().AsSpan(1))).ToList();
        if (batches.Count == 0)
            return;
        TensorDataset data = new(
            Tensor.Concat([.. batches.Select(static batch => batch.Inputs)], 0),
            Tensor.Concat([.. batches.Select(static batch => batch.Targets)], 0));
        PreciseStatistics.Update(
            examination.Model, new DataLoader(data, Math.Min(data.Count, batches[0].Targets.Length)), StatisticsEstimate.Population,
            cancellation: examination.Options.Cancellation);
    }

    void Test(IEnumerable<Batch> batches)
    {
        using var off = Tensor.NoGrad();
        examination.Model.Eval();
        TestData = new DataVitals();
        int right = 0, samples = 0, count = 0;
        foreach (var (inputs, targets) in batches)
        {
            examination.Options.Cancellation.ThrowIfCancellationRequested();
            TestData.Take(inputs, targets);
            right += Correct(examination.Model.Forward(inputs), targets);
            samples += targets.Length;
            if (++count == examination.Options.MaxBatches)
                break;
        }

        if (samples > 0 && TestData.Order.Count > 0)
            TestAccuracy = ((double)right / samples, samples);
    }

    static int CountSurelyWrong(Tensor outputs, Tensor targets)
    {
        var probabilities = outputs.Softmax();
        var labels = targets.AsSpan<long>();
        int classes = outputs.Shape[1], count = 0;
        for (int n = 0; n < targets.Length; n++)
        {
            var row = probabilities.AsSpan().Slice(n * classes, classes);
            count += row[(int)labels[n]] < 0.01f && Largest(row) > 0.9f ? 1 : 0;
        }

        return count;
    }

    static float Largest(ReadOnlySpan<float> values)
    {
        float largest = float.NegativeInfinity;
        foreach (float value in values)
            largest = Math.Max(largest, value);
        return largest;
    }
}
