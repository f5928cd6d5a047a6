using System.Runtime.CompilerServices;

namespace Ballast;

public abstract partial class Module
{
    const int DeepestRecursion = 64;

    // A program's own module may keep what it is given and what it makes.
    readonly bool isOfLibrary;

    [ThreadStatic] static Module? running;
    [ThreadStatic] static int depth;

    /// <summary>The module whose Forward runs on this thread, the innermost of several; null where none does.</summary>
    internal static Module? Running => running;

    /// <summary>Makes a module without parts.</summary>
    protected Module() => isOfLibrary = GetType().Assembly == typeof(Module).Assembly;

    /// <summary>The output for an input: the call that <c>module.Forward(x)</c> is. It runs <see cref="Forward(Tensor)"/>, which modules
    /// override, and shows what went in and came out to a <see cref="Probe"/>, whoever calls. PyTorch: <c>module(x)</c>.</summary>
    /// <remarks>C# prefers this overload to the one that is overridden, from a base class too: what a class of one's own has overridden
    /// is reached by <c>base.Forward(input: x)</c>.</remarks>
    /// <param name="x">The input.</param>
    /// <param name="call">Nothing: it tells the two overloads apart.</param>
    /// <exception cref="InvalidOperationException">The module calls itself without end.</exception>
    [OverloadResolutionPriority(1)]
    public Tensor Forward(Tensor x, ModuleCall call = default)
    {
        if (Substitute is { } other)
            return other.Forward(x);
        var (outer, outerDepth) = (running, depth);
        depth = outer == this ? outerDepth + 1 : 0;
        if (depth >= DeepestRecursion)
            ThrowEndless();
        running = this;
        var scope = MadeTensors.Enter(KeepsNothing);
        Tensor output;
        try
        {
            output = Forward(input: x);
            if (KeepsNothing)
                Spend(scope.Made, output, x);
        }
        finally
        {
            (running, depth) = (outer, outerDepth);
            scope.Leave();
        }

        scope.AddResult(output);
        if (outer is null && output.Producer is not null)
            Note(x, output);
        if (!isOfLibrary)
            x.IsSeen = output.IsSeen = true;
        Forwarded?.Invoke(x, output);
        return output;
    }

    /// <summary>Whether nothing that is made between the input and the output of <see cref="Forward(Tensor)"/>, the parts' results
    /// included, is kept: it is handed back as soon as the output is there.</summary>
    private protected virtual bool KeepsNothing => false;

    /// <summary>Is shown what goes in and comes out when the module runs. Null, as it is without a <see cref="Probe"/>, costs one
    /// comparison.</summary>
    internal Action<Tensor, Tensor>? Forwarded { get; set; }

    /// <summary>The module that does this one's work, where <see cref="Folding"/> has put one in its place: the module that runs both may
    /// know this one by a field of its own.</summary>
    internal Module? Substitute { get; set; }

    /// <summary>Shows a <see cref="Probe"/> what went in and came out of a method of one's own with several inputs or results: at its end,
    /// <c>Show([x, y], sum, features)</c>.</summary>
    /// <param name="inputs">What went in.</param>
    /// <param name="outputs">What came out.</param>
    /// <exception cref="ArgumentException">Nothing went in, or nothing came out.</exception>
    protected void Show(ReadOnlySpan<Tensor> inputs, params ReadOnlySpan<Tensor> outputs)
    {
        Throw.Unless(inputs.Length > 0 && outputs.Length > 0,
            $"{Title}.Show: expected at least one input and one output, got {inputs.Length} and {outputs.Length}.");
        ForwardedMany?.Invoke(inputs.ToArray(), outputs.ToArray());
    }

    /// <summary>The same as <see cref="Forwarded"/> for several inputs and outputs.</summary>
    internal Action<Tensor[], Tensor[]>? ForwardedMany { get; set; }

    // What the program gave and got: a backward pass ends there when it looks for what is read after it. A network is called with what another
    // one made (a generator's pictures, a code), and that too is read.
    void Note(Tensor x, Tensor output)
    {
        output.IsResult = true;
        if (modules.Count == 0)
            return;
        output.IsKept = true;
        if (x.Producer is { IsLeaf: false })
            x.IsKept = true;
    }

    static void Spend(ReadOnlySpan<Tensor> made, Tensor output, Tensor input)
    {
        foreach (var tensor in made)
            Sequential.Spend(tensor, output, input);
    }

    void ThrowEndless() => Throw.InvalidOperation(
        $"{Title}: Forward has called itself {DeepestRecursion} times. If it calls base.Forward(x), write base.Forward(input: x): "
            + "without the name, C# takes the overload that starts with the derived class.");
}

/// <summary>Nothing: tells the overload of <see cref="Module.Forward(Tensor, ModuleCall)"/> that is called from the one that is
/// overridden.</summary>
public readonly struct ModuleCall;
