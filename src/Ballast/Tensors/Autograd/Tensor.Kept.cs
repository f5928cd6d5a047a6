namespace Ballast;

// What a backward pass leaves readable until the next one begins.
public partial class Tensor
{
    [ThreadStatic] static List<Operation>? terms;
    [ThreadStatic] static List<Tensor>? kept;

    // Before the pass, for a rule may hand back its result as soon as it has no more use for it: a training loop reads its outputs, and the
    // terms of its loss, after Backward. So what the loss was computed from outlives this pass, back to the results of modules and of
    // operations on parameters, behind which the network lies. So does a result of several values that a pass starts from.
    static void KeepWhatIsRead(Operation root)
    {
        for (int i = 0; i < root.Outputs; i++)
            root.OutputAt(i).IsKept = true;
        var met = terms ??= [];
        root.Visited = true;
        met.Add(root);
        for (int i = 0; i < met.Count; i++)
        {
            if (i == 0 || !TakesParameters(met[i]))
                KeepInputs(met[i], met);
        }

        foreach (var operation in met)
            operation.Visited = false;
        met.Clear();
    }

    static void KeepInputs(Operation operation, List<Operation> met)
    {
        for (int i = 0; i < operation.Inputs; i++)
        {
            if (operation.Input(i) is not { Producer: { IsLeaf: false } producer } input)
                continue;
            input.IsKept = true;
            if (input.IsResult || producer.Visited)
                continue;
            producer.Visited = true;
            met.Add(producer);
        }
    }

    static bool TakesParameters(Operation operation)
    {
        for (int i = 0; i < operation.Inputs; i++)
        {
            if (operation.Input(i) is Parameter)
                return true;
        }

        return false;
    }

    static void ReleaseKept()
    {
        passed ??= [];
        kept ??= [];
        foreach (var tensor in kept)
            tensor.ReleaseValues();
        kept.Clear();
    }
}
