using System.Globalization;

namespace Ballast;

/// <content>Parts that are added or exchanged after the module was made: what containers do.</content>
public abstract partial class Module
{
    /// <summary>A part's name where it is called by its position.</summary>
    private protected static string PositionName(int position) => position.ToString(CultureInfo.InvariantCulture);

    /// <summary>Makes a module the part before the one at a position; the parts behind it are called by their new positions.</summary>
    /// <exception cref="ArgumentException">There is no such position, or a part has a name of its own.</exception>
    private protected void InsertPart(int position, Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        Throw.Unless(module != this, $"{GetType().Name}: it cannot be a part of itself.");
        Throw.Unless(position >= 0 && position <= modules.Count,
            $"{GetType().Name}.Insert: expected a position from 0 to {modules.Count}, got {position}.");
        for (int i = position; i < modules.Count; i++)
        {
            Throw.Unless(modules[i].Name == PositionName(i),
                $"{GetType().Name}.Insert: the part {modules[i].Name} behind position {position} has a name of its own. Make another "
                    + $"container with Sequential.Named.");
        }

        for (int i = position; i < modules.Count; i++)
            modules[i] = (PositionName(i + 1), modules[i].Value);
        modules.Insert(position, (PositionName(position), module));
        module.Train(OwnMode);
    }

    /// <summary>Has the parts of another module under names, in the mode that they and it are in.</summary>
    private protected void TakeParts(Module whole, IEnumerable<(string Name, Module Module)> parts)
    {
        training = whole.training;
        modules.AddRange(parts);
    }

    /// <summary>Puts a module in the place of the part of its name, or behind all others where there is none.</summary>
    private protected void SetPart(string name, Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        int place = modules.FindIndex(part => part.Name == name);
        if (place < 0)
            Register(name, module);
        else
            Replace(place, module);
    }

    /// <summary>Puts a parameter in the place of the one of its name, or behind all others where there is none.</summary>
    private protected void SetParameter(string name, Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        int place = parameters.FindIndex(part => part.Name == name);
        if (place < 0)
            Register(name, parameter);
        else
            parameters[place] = (name, parameter);
    }
}
