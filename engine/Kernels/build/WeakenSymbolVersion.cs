using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Writes a copy of an ELF-64 library in which the requirement of one symbol version is weak (VER_FLG_WEAK), so that it loads where the
/// version is missing; a plain copy where this system's C++ library has it, or the library does not ask for it. Refuses, and writes
/// nothing, if a relocation uses a symbol of that version or the file cannot be understood.
/// Format: System V ABI, and the Linux Standard Base's symbol versioning.
/// </summary>
public sealed class WeakenSymbolVersion : Task
{
    private const uint Relocations = 4, VersionNeeds = 0x6ffffffe, VersionOfSymbols = 0x6fffffff;

    /// <summary>The library to copy.</summary>
    [Required]
    public string Library { get; set; }

    /// <summary>The version's name.</summary>
    [Required]
    public string SymbolVersion { get; set; }

    /// <summary>Where the copy is written; replaced in one step.</summary>
    [Required]
    public string Result { get; set; }

    /// <inheritdoc/>
    public override bool Execute()
    {
        var library = File.ReadAllBytes(Library);
        if (!SystemHasVersion() && !Weaken(library)) return false;
        Directory.CreateDirectory(Path.GetDirectoryName(Result));
        var temporary = Result + "." + Guid.NewGuid().ToString("N");
        File.WriteAllBytes(temporary, library);
        if (File.Exists(Result)) File.Delete(Result);
        File.Move(temporary, Result);
        return true;
    }

    private bool SystemHasVersion()
    {
        return new[] { "/usr/lib64", "/usr/lib", "/usr/lib/x86_64-linux-gnu", "/lib64", "/lib/x86_64-linux-gnu" }
            .Select(folder => Path.Combine(folder, "libstdc++.so.6"))
            .Where(File.Exists)
            .Any(file => Encoding.GetEncoding("iso-8859-1").GetString(File.ReadAllBytes(file)).IndexOf(SymbolVersion + "\0", StringComparison.Ordinal) >= 0);
    }

    private bool Weaken(byte[] library)
    {
        try
        {
            var elf = new Elf(library);
            if (!elf.IsElf64) return Refuse("it is no 64-bit little-endian ELF file");
            if (!elf.HasSections) return Refuse("it has no table of sections");
            foreach (var place in elf.Needs(SymbolVersion))
            {
                var users = elf.SymbolsOf(place.Version);
                if (elf.RelocatedSymbols().Any(users.Contains)) return Refuse($"a relocation uses a symbol of {SymbolVersion}");
                library[place.Flags] |= 2;
            }
            return true;
        }
        catch (Exception damage) when (damage is ArgumentException || damage is IndexOutOfRangeException || damage is OverflowException || damage is InvalidOperationException)
        {
            return Refuse("its tables are damaged");
        }
    }

    private bool Refuse(string reason)
    {
        Log.LogError($"{Library} cannot be made to load on this system, whose C++ library lacks {SymbolVersion}: {reason}.");
        return false;
    }

    private sealed class Elf
    {
        private readonly byte[] _file;
        private readonly List<(uint Type, int Offset, int Size, int Link, int Info)> _sections = new List<(uint, int, int, int, int)>();

        public Elf(byte[] file)
        {
            _file = file;
            if (!IsElf64) return;
            var (start, size, count) = (Offset(40), Half(58), Half(60));
            for (var at = start; at < start + size * count; at += size)
                _sections.Add((Word(at + 4), Offset(at + 24), Offset(at + 32), (int)Word(at + 40), (int)Word(at + 44)));
        }

        public bool IsElf64 => _file.Length > 64 && Word(0) == 0x464c457f && _file[4] == 2 && _file[5] == 1;

        public bool HasSections => _sections.Count > 0;

        /// <summary>Where the flags of the version's requirement are, and its number.</summary>
        public IEnumerable<(int Flags, int Version)> Needs(string version)
        {
            foreach (var section in _sections.Where(section => section.Type == VersionNeeds))
            {
                var strings = _sections[section.Link].Offset;
                var entry = section.Offset;
                for (var i = 0; i < section.Info; i++)
                {
                    var need = entry + (int)Word(entry + 8);
                    for (var k = 0; k < Half(entry + 2); k++)
                    {
                        if (Text(strings + (int)Word(need + 8)) == version) yield return (need + 4, Half(need + 6));
                        need += (int)Word(need + 12);
                    }
                    entry += (int)Word(entry + 12);
                }
            }
        }

        /// <summary>Indices of the dynamic symbols of that version.</summary>
        public HashSet<uint> SymbolsOf(int version)
        {
            var versions = _sections.First(section => section.Type == VersionOfSymbols);
            var symbols = Enumerable.Range(0, versions.Size / 2).Where(i => (Half(versions.Offset + 2 * i) & 0x7fff) == version);
            return new HashSet<uint>(symbols.Select(i => (uint)i));
        }

        /// <summary>Indices of the symbols that relocations use.</summary>
        public IEnumerable<uint> RelocatedSymbols() =>
            from section in _sections
            where section.Type == Relocations
            from i in Enumerable.Range(0, section.Size / 24)
            select Word(section.Offset + 24 * i + 12);

        private string Text(int at) => Encoding.ASCII.GetString(_file, at, Array.IndexOf(_file, (byte)0, at) - at);
        private ushort Half(int at) => BitConverter.ToUInt16(_file, at);
        private uint Word(int at) => BitConverter.ToUInt32(_file, at);
        private int Offset(int at) => checked((int)BitConverter.ToUInt64(_file, at));
    }
}
