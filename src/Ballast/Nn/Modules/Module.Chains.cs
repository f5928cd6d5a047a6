namespace Ballast;

public abstract partial class Module
{
    /// <summary>The chains of this module, each as what runs right behind what, with dotted names: a <see cref="Sequential"/> with
    /// those inside it in their places, and what a module registers by <see cref="RegisterChain"/>.</summary>
    public IEnumerable<IReadOnlyList<(string Name, Module Module)>> NamedChains(string prefix = "")
    {
        var links = new List<(string Name, Module Module)>();
        if (this is Sequential)
        {
            Collect(prefix, links);
            yield return links;
        }
        else
        {
            links.AddRange(modules.Select(part => (part.Name.Length == 0 ? prefix : Join(prefix, part.Name), part.Value)));
        }

        foreach (var (name, module) in links)
        {
            foreach (var chain in module.NamedChains(name))
                yield return chain;
        }
    }

    void Collect(string prefix, List<(string Name, Module Module)> links)
    {
        foreach (var (name, module) in modules)
        {
            if (module is Sequential)
                module.Collect(Join(prefix, name), links);
            else
                links.Add((Join(prefix, name), module));
        }
    }
}
