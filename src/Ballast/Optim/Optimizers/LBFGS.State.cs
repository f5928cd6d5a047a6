namespace Ballast;

public sealed partial class LBFGS
{
    const string Key = "0.";

    /// <summary>What is remembered, under the names that the type's page lists.</summary>
    public override StateDict StateDict()
    {
        int rows = history.Count;
        var state = new StateDict
        {
            { Key + "step", new StateEntry(iterations) },
            { Key + "func_evals", new StateEntry(evaluations) },
            { Key + "d", Tensor.From(direction, [length]) },
            { Key + "prev_flat_grad", Tensor.From(lastGradient, [length]) },
            { Key + "old_dirs", Tensor.From([.. history.SelectMany(static row => row.Change)], [rows, length]) },
            { Key + "old_stps", Tensor.From([.. history.SelectMany(static row => row.Step)], [rows, length]) },
            { Key + "ro", Tensor.From([.. history.Select(static row => row.Inverse)], [rows]) },
            { Key + "t", Tensor.From([step], Shape.Scalar) },
            { Key + "H_diag", Tensor.From([scale], Shape.Scalar) },
            { Key + "prev_loss", Tensor.From([lastLoss], Shape.Scalar) },
        };
        return state;
    }

    /// <summary>Takes over what another one remembered of parameters of the same sizes.</summary>
    /// <exception cref="ArgumentException">An entry is missing, unexpected, or of another shape or type; nothing has been changed.</exception>
    public override void LoadStateDict(StateDict state)
    {
        var own = StateDict();
        int rows = state.TryGetValue(Key + "ro", out var known) && known.Shape.Rank == 1 ? known.Shape[0] : 0;
        foreach (var (name, entry) in own)
        {
            Shape shape = entry.Shape.Rank > 0 && name is Key + "ro" ? [rows] : entry.Shape.Rank == 2 ? [rows, length] : entry.Shape;
            Throw.Unless(state.TryGetValue(name, out var given) && given.Shape == shape && given.Tensor.ElementType == entry.Tensor.ElementType,
                $"LBFGS: the state has no {name} of the shape {shape}. It belongs to another network or optimizer.");
        }

        Throw.Unless(state.Count == own.Count && rows <= historySize && state[Key + "step"].Number >= 0,
            $"LBFGS: expected a state of {own.Count} entries with at most {historySize} remembered steps, got {state.Count} with {rows}.");
        (iterations, evaluations) = (state[Key + "step"].Number!.Value, state[Key + "func_evals"].Number!.Value);
        (direction, lastGradient) = (Values("d"), Values("prev_flat_grad"));
        (step, scale, lastLoss) = (Values("t")[0], Values("H_diag")[0], Values("prev_loss")[0]);
        float[] changes = Values("old_dirs"), steps = Values("old_stps"), inverses = Values("ro");
        history.Clear();
        for (int i = 0; i < rows; i++)
            history.Add((changes[(i * length)..((i + 1) * length)], steps[(i * length)..((i + 1) * length)], inverses[i]));

        float[] Values(string name) => state[Key + name].Tensor.ToArray();
    }
}
