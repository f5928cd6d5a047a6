using System.Text;

namespace Ballast;

public abstract partial class Module
{
    /// <summary>A layer with its settings; a module with parts as PyTorch prints it, each part on a line of its own.</summary>
    public override string ToString() => modules.Count == 0 ? GetType().Name : Tree();

    /// <summary>The settings as PyTorch prints them, <c>in_features=3, out_features=4, bias=True</c>; null where the module within another one is
    /// printed as <see cref="ToString"/> tells. PyTorch: <c>extra_repr</c>.</summary>
    protected internal virtual string? ExtraRepr => null;

    /// <summary>What a message calls the module: a layer with its settings, or the name of one with parts.</summary>
    internal virtual string Title => modules.Count == 0 ? ToString() : GetType().Name;

    /// <summary>The class as PyTorch names it.</summary>
    internal virtual string PrintedName => GetType().Name;

    string Tree()
    {
        var text = new StringBuilder(PrintedName).Append('(');
        if (ExtraRepr is { Length: > 0 } own)
            text.Append("\n  ").Append(own);
        foreach (var (name, module) in Children)
            text.Append($"\n  ({name}): ").Append(module.Line().Replace("\n", "\n  ", StringComparison.Ordinal));
        return text.Append("\n)").ToString();
    }

    /// <summary>How it is printed as a part of another module.</summary>
    internal virtual string Line()
    {
        if (modules.Count > 0)
            return ToString();
        if (ExtraRepr is { } own)
            return $"{PrintedName}({own})";
        string text = ToString();
        return text.Contains('(', StringComparison.Ordinal) ? text : $"{text}()";
    }
}
