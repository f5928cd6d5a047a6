namespace Ballast;

/// <summary>Ends when it is disposed of; see <see cref="Generator.UseDefault"/>.</summary>
public readonly ref struct DefaultGeneratorScope
{
    readonly Generator? before;

    internal DefaultGeneratorScope(Generator? before) => this.before = before;

    /// <summary>The default generator is again what it was before, on this thread.</summary>
    public void Dispose() => Generator.EndUse(before);
}
