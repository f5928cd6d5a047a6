namespace Ballast;

/// <summary>A part of a graph's state that is there for its name alone: the <c>layer1</c> of <c>layer1.weight</c>.</summary>
sealed class NamePart : Module
{
    internal NameTree Tree { get; }

    public NamePart() => Tree = new NameTree(Register, Register, RegisterBuffer);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) =>
        throw new InvalidOperationException("A part of an ONNX graph does not run by itself: run the graph.");

    /// <inheritdoc/>
    public override string ToString() => "Part";
}

/// <summary>Gives tensors their places in a module by dotted names.</summary>
/// <param name="part">Registers a module.</param>
/// <param name="parameter">Registers a parameter.</param>
/// <param name="buffer">Registers a buffer.</param>
sealed class NameTree(Func<string, Module, Module> part, Func<string, Parameter, Parameter> parameter, Func<string, Tensor, Tensor> buffer)
{
    const int Deepest = 16;

    readonly Dictionary<string, NameTree> inner = [];
    readonly HashSet<string> taken = [];

    /// <summary>Registers a parameter under a name that is as the dotted one, where that is possible.</summary>
    public Parameter Add(string name, Parameter value)
    {
        var (tree, last) = Place(name);
        return tree.AddHere(last, value);
    }

    /// <summary>Registers a buffer in the same way.</summary>
    public Tensor AddBuffer(string name, Tensor value)
    {
        var (tree, last) = Place(name);
        return tree.AddBufferHere(last, value);
    }

    /// <summary>Registers a module in the same way.</summary>
    public T AddPart<T>(string name, T module)
        where T : Module
    {
        part(Free(Word(name)), module);
        return module;
    }

    Parameter AddHere(string name, Parameter value) => parameter(Free(name), value);

    Tensor AddBufferHere(string name, Tensor value) => buffer(Free(name), value);

    string Free(string name)
    {
        string free = name;
        for (int i = 2; !taken.Add(free); i++)
            free = $"{name}_{i}";
        return free;
    }

    (NameTree Tree, string Last) Place(string name)
    {
        string[] words = name.Split('.', Deepest);
        var tree = this;
        for (int i = 0; i < words.Length - 1; i++)
            tree = tree.Inner(Word(words[i]));
        return (tree, Word(words[^1]));
    }

    static string Word(string word) => word.Length == 0 ? "_" : word.Replace('.', '_');

    NameTree Inner(string word)
    {
        if (inner.TryGetValue(word, out var known))
            return known;
        NamePart made = new();
        part(Free(word), made);
        return inner[word] = made.Tree;
    }
}
