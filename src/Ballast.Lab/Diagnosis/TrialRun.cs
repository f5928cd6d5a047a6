namespace Ballast.Lab;

/// <summary>A short run of the network on the training data, in both modes, after which everything is as it was.</summary>
sealed partial class TrialRun
{
    const int Kept = 16, Closely = 8; // batches that are kept, and of these looked at closely
    readonly Examination examination;
    readonly (string Name, BatchNorm Norm, StateDict State, (float[] Mean, float[] Var)? Running)[] states;
    readonly (KeptStatistics Kept, (double[] Mean, double[] Variance) Before)[] inside;
    readonly Dictionary<BatchNorm, (double[] Sum, int Count)> evaluated = [];
    readonly Dictionary<Parameter, double> gradients = [];
    readonly List<(Tensor Inputs, Tensor Targets)> kept = [];
    int surelyWrong;

    TrialRun(Examination examination)
    {
        this.examination = examination;
        Training = new Measurements(examination.Model);
        states = [.. examination.Norms.Select(static entry => (entry.Name, entry.Norm, entry.Norm.StateDict(), Statistics(entry.Norm)))];
        inside = [.. examination.Inside.Select(static kept => (kept, kept.Read()))];
    }

    static (float[] Mean, float[] Var)? Statistics(BatchNorm norm) =>
        norm is { RunningMean: { } mean, RunningVar: { } variance } ? (mean.ToArray(), variance.ToArray()) : null;

    /// <summary>Runs.</summary>
    public static TrialRun Of(Examination examination)
    {
        var run = new TrialRun(examination);
        var state = examination.Model.StateDict();
        using var modes = new KeptModes(examination.Model);
        try
        {
            if (examination.Options.Evaluation is { } evaluation)
                run.Watch(evaluation);
            if (examination.Options.Batches is { } batches)
                run.Run(batches);
        }
        finally
        {
            examination.Model.LoadStateDict(state);
            examination.Model.ZeroGrad();
        }

        return run;
    }

    void Watch(Action evaluation)
    {
        evaluation();
        MovedInEvaluation =
        [
            .. states.Where(static entry => !Same(entry.State, entry.Norm.StateDict())).Select(static entry => entry.Name),
            .. inside.Where(static entry => !Same(entry.Before, entry.Kept.Read())).Select(static entry => entry.Kept.Name),
        ];
    }

    void Run(IEnumerable<Batch> batches)
    {
        using var generator = Generator.UseDefault(new Generator(0));
        var own = (batches as DataLoader)?.Generator;
        byte[]? drawn = own?.GetState();
        double evaluationLoss = 0, trainingLoss = 0;
        int right = 0, rightInTraining = 0;
        bool hasLoss = true;
        if (batches is DataLoader loader)
            Data.Whole(loader);
        var layers = Chained();
        LastLayer = layers.LastOrDefault(static vitals => vitals.Layer is Linear or Conv2d)?.Name ?? "";
        Layers = layers;
        foreach (var (inputs, targets) in batches)
        {
            examination.Options.Cancellation.ThrowIfCancellationRequested();
            RestoreNorms();
            Data.Take(inputs, targets);
            if (Batches < Kept)
                kept.Add((inputs.Clone(), targets.Clone()));
            if (Evaluate(inputs, targets, ref hasLoss) is var (loss, correct))
                (evaluationLoss, right) = (evaluationLoss + loss, right + correct);
            if (Train(inputs, targets, ref hasLoss) is var (other, others))
                (trainingLoss, rightInTraining) = (trainingLoss + other, rightInTraining + others);
            Samples += targets.Length;
            if (++Batches == examination.Options.MaxBatches)
                break;
        }

        own?.SetState(drawn);
        SurelyWrong = Samples == 0 ? 0 : (double)surelyWrong / Samples;
        if (hasLoss && Batches > 0)
            Settle();
        RestoreNorms();
        if (examination.Options.TestBatches is { } test)
            Test(test);
        if (!hasLoss || Batches == 0)
            return;
        (TrainingLoss, EvaluationLoss) = (trainingLoss / Batches, evaluationLoss / Batches);
        (TrainingAccuracy, EvaluationAccuracy) = ((double)rightInTraining / Samples, (double)right / Samples);
    }

    (double Loss, int Correct)? Evaluate(Tensor inputs, Tensor targets, ref bool hasLoss)
    {
        using var off = Tensor.NoGrad();
        using var probe = Probe.Attach(examination.Model).OnBatchNorm(TakeEvaluated);
        examination.Model.Eval();
        Tensor outputs;
        try
        {
            outputs = examination.Model.Forward(inputs).Clone();
        }
        catch (ArgumentException) when (targets.Length == 1)
        {
            return null; // a layer without running statistics
        }

        if (DependenceOnMates is null && targets.Length >= 4)
        {
            probe.Dispose();
            DependenceOnMates = Dependence(inputs, outputs);
        }

        if (Loss(outputs, targets, ref hasLoss) is not { } loss)
            return null;
        Outputs = outputs.Shape.Rank == 2 ? outputs.Shape[1] : null;
        if (Outputs is not null && outputs.Shape[0] == targets.Length && IsClasses(targets))
            surelyWrong += CountSurelyWrong(outputs, targets);
        return (loss.Item(), Correct(outputs, targets));
    }

    (double Loss, int Correct)? Train(Tensor inputs, Tensor targets, ref bool hasLoss)
    {
        using var probe = Probe.Attach(examination.Model).OnBatchNorm(Training.Take);
        bool looks = Batches < Closely;
        if (looks)
        {
            foreach (var vitals in Layers)
                probe.OnForward(vitals.Name, vitals.Take);
            Looked += targets.Length;
        }

        examination.Model.Train();
        examination.Model.ZeroGrad();
        var outputs = examination.Model.Forward(inputs);
        if (Loss(outputs, targets, ref hasLoss) is not { } loss)
            return null;
        double value = loss.Item();
        int correct = Correct(outputs, targets);
        if (!outputs.RequiresGrad)
            return (value, correct);
        loss.Backward();
        if (looks)
        {
            foreach (var vitals in Layers)
                vitals.TakeGradient();
        }

        foreach (var parameter in examination.Model.Parameters().Where(static parameter => parameter.Shape.Rank == 1))
        {
            if (parameter.Grad is not { } gradient)
                continue;
            double squares = 0;
            foreach (float entry in gradient.AsSpan())
                squares += (double)entry * entry;
            gradients[parameter] = gradients.GetValueOrDefault(parameter) + squares;
        }

        return (value, correct);
    }

    // Outputs of another form than the loss takes: the network is examined without a loss then.
    Tensor? Loss(Tensor outputs, Tensor targets, ref bool hasLoss)
    {
        if (!hasLoss)
            return null;
        try
        {
            return examination.Options.Loss(outputs, targets);
        }
        catch (ArgumentException)
        {
            hasLoss = false;
            return null;
        }
    }

    static int Correct(Tensor outputs, Tensor targets) =>
        outputs.Shape.Rank == 2 && outputs.Shape[0] == targets.Length && IsClasses(targets) ? Evaluation.Correct(outputs, targets) : 0;

    // Targets that are numbers have no accuracy.
    static bool IsClasses(Tensor targets) => targets.ElementType == ElementType.Int64;

    double Dependence(Tensor inputs, Tensor outputs)
    {
        int[] sizes = inputs.Shape.ToArray();
        int half = sizes[0] / 2;
        sizes[0] = half;
        Shape shape = new(sizes);
        var alone = examination.Model.Forward(Tensor.From(inputs.AsSpan()[..shape.Length], shape));
        double largest = 1e-30, difference = 0;
        for (int i = 0; i < alone.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(outputs.AsSpan()[i]));
            difference = Math.Max(difference, Math.Abs(outputs.AsSpan()[i] - alone.AsSpan()[i]));
        }

        return difference / largest;
    }

    void TakeEvaluated(BatchNormPass pass)
    {
        int channels = pass.Mean.Length;
        double[] mean = new double[channels], variance = new double[channels];
        pass.MeasureBatch(mean, variance);
        var (sum, count) = evaluated.TryGetValue(pass.Layer, out var sums) ? sums : (new double[channels], 0);
        for (int c = 0; c < channels; c++)
            sum[c] += variance[c];
        evaluated[pass.Layer] = (sum, count + 1);
    }

    void RestoreNorms()
    {
        foreach (var (_, norm, state, _) in states)
            norm.LoadStateDict(state);
        foreach (var (kept, before) in inside)
            kept.Write(before.Mean, before.Variance, 0);
    }

    static bool Same((double[] Mean, double[] Variance) before, (double[] Mean, double[] Variance) after) =>
        before.Mean.AsSpan().SequenceEqual(after.Mean) && before.Variance.AsSpan().SequenceEqual(after.Variance);

    static bool Same(StateDict before, StateDict after) => before.All(entry =>
        entry.Value.Tensor.ElementType == ElementType.Float32
            ? entry.Value.Tensor.AsSpan().SequenceEqual(after[entry.Key].Tensor.AsSpan())
            : entry.Value.Number == after[entry.Key].Number);
}
