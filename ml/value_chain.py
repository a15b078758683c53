"""The chip supply chain: what its segments are called, and which segment's product goes into which.

Two levels, from research to recycling; steps and their inputs as any textbook on making chips describes them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_SEGMENTS = """
device research < research: semiconductor research, materials science laboratory, device physics research
design software < design tools: electronic design automation, EDA software, circuit simulation software, verification software, layout software
core IP < design tools: core intellectual property, processor core license, interface IP blocks, analog IP, instruction set architecture, verification IP
chip design < design: integrated circuit design, fabless chip design, system on chip design, physical layout design, design services, RTL, design verification
logic chips < design: processors, CPU, GPU, FPGA, AI accelerator, microcontroller, digital logic design
memory chips < design: DRAM, NAND flash, memory design
analog and power chips < design: analog circuits, discrete semiconductors, sensors, optoelectronics, power management chips, mixed-signal, MEMS design, RF chips
ingot growth < wafer tools: crystal pullers, ingot pulling, silicon crystal growth equipment
ingot slicing < wafer tools: wire saws for ingots, wafer grinding and polishing machines
raw semiconductor materials < raw materials: polysilicon, gallium, germanium, rare earths, recycled semiconductor materials, raw silicon
wafers < materials: wafer, bare wafer, thin discs of silicon, silicon wafers, epitaxial wafers, silicon carbide wafers, gallium nitride wafers, SOI wafers
photoresists < materials: photoresist, light-sensitive resist chemicals, developer chemicals, resist ancillaries
photomasks < materials: photomask, reticle, mask blanks, pellicles
process gases < materials: specialty gases, bulk gases, high purity gas for fabs
wet chemicals < materials: wet process chemicals, acids and solvents, high purity chemicals
polishing materials < materials: CMP slurry, polishing pads, planarization consumables
thin film materials < materials: sputtering targets, precursors, deposition precursors, thin film source materials
lead frames < packaging materials: lead frame, copper lead frames for chip packages
bond wires < packaging materials: bonding wire, gold wire, copper bond wires
package substrates < packaging materials: organic package substrates, laminate substrate, interposers, glass substrates
ceramic packages < packaging materials: ceramic packages, hermetic ceramic housings for chips
molding compounds < packaging materials: mold compound, underfill, epoxy molding compound
die adhesives < packaging materials: die attach paste, die attach film, solder for dies
lithography equipment < fabrication tools: lithography scanners, EUV scanner, DUV stepper, immersion scanner, mask aligner, nanoimprint
mask writers < mask tools: electron beam mask writer, laser mask exposure systems, maskless lithography, maskless writers
mask inspection < mask tools: reticle inspection, mask repair equipment
resist tracks < fabrication tools: coater and developer track, resist coating, resist baking tools
deposition equipment < fabrication tools: CVD reactors, physical vapor deposition, sputtering tools, atomic layer deposition, epitaxy reactors, electroplating tools, thin film deposition equipment
thermal tools < fabrication tools: rapid thermal processing, diffusion furnaces, oxidation furnace, annealing tools
etchers < fabrication tools: plasma etch tools, dry etchers, reactive ion etching, ion milling, dry stripping
cleaning equipment < fabrication tools: wafer cleaners, wet benches, dry cleaning of wafers, megasonic cleaning
ion implanters < fabrication tools: ion implanters, ion implantation equipment, doping tools
polishers < fabrication tools: CMP equipment, wafer polishing machines
wafer handling < control tools: wafer transport robots, reticle pods, automated material handling
inspection and metrology < control tools: defect inspection, metrology tools, critical dimension metrology, overlay metrology, film thickness metrology, defect review
process control < control tools: run-to-run control, chamber sensors, fault detection for fabs
photolithography < fabrication: photolithography, patterning of wafers, exposing resist with light
deposition < fabrication: deposition process, depositing thin films on wafers
etching and cleaning < fabrication: etch and clean process, removing material to form patterns
ion implantation < fabrication: ion implantation process, doping of silicon
planarization < fabrication: chemical mechanical planarization process, flattening the wafer
wafer fabrication < fabrication: semiconductor fab, foundry, wafer fabrication, chip manufacturing, compound semiconductor fab, display fab
dicing < assembly tools: dicing saws, wafer dicing, singulation
bonders < assembly tools: die bonders, wire bonders, flip chip bonder, die placement
molding machines < assembly tools: molding presses, trim and form, encapsulation equipment
advanced packaging equipment < assembly tools: wafer bonders, through-silicon via equipment, fan-out lines, chiplet stacking
package inspection < assembly tools: X-ray of packages, optical inspection of packages
assembly and packaging < packaging: chip assembly and packaging, OSAT, ATMP, chip packaging services, wire bond packaging, advanced packaging services
testers < test tools: automated test equipment, SoC testers, memory testers, burn-in ovens, analog testers
probe and handling < test tools: test handlers, wafer probers, probe cards
chip testing < testing: chip testing, test floor, burn-in test services, final test of chips
cleanrooms < facilities: cleanroom construction, contamination control, ultrapure water systems, gas delivery systems, effluent treatment for fabs
chip distribution < demand: component distribution, semiconductor distributor
electronics makers < demand: electronics manufacturing services, printed circuit board assembly, consumer electronics maker, automotive electronics, telecom equipment maker
""".strip()

_GOES_INTO = """
device research: design, fabrication
design tools: chip design, logic chips, memory chips, analog and power chips
core IP, design software: design
logic chips, memory chips, analog and power chips: chip design, electronics makers
design: fabrication, packaging, testing, electronics makers
wafer tools: wafers
raw materials: wafers, thin film materials, process gases
wafers: fabrication, photolithography
photoresists, photomasks, lithography equipment, resist tracks, mask writers: photolithography, wafer fabrication
mask tools: photomasks, photolithography
thin film materials, deposition equipment, thermal tools: deposition, wafer fabrication
wet chemicals, etchers, cleaning equipment, process gases: etching and cleaning, wafer fabrication
process gases: deposition, ion implantation, packaging
ion implanters: ion implantation, wafer fabrication
polishing materials, polishers: planarization, wafer fabrication
control tools: fabrication
process gases, wet chemicals, materials: fabrication
deposition: photolithography
photolithography: etching and cleaning
etching and cleaning: ion implantation, deposition
ion implantation: planarization
planarization, fabrication: packaging
packaging materials, assembly tools: packaging
packaging: testing
test tools, packaging materials: testing
testing: chip distribution, electronics makers
facilities: fabrication, packaging
chip distribution: electronics makers
""".strip()


def _split(line: str) -> tuple[str, str, tuple[str, ...]]:
    title, _, phrases = line.partition(": ")
    name, _, stage = title.partition(" < ")
    return name, stage, (name, *phrases.split(", "))


_ROWS = [_split(line) for line in _SEGMENTS.splitlines()]
SEGMENTS = tuple(name for name, _, _ in _ROWS)
STAGE_OF = tuple(stage for _, stage, _ in _ROWS)
PHRASES = tuple(phrase for _, _, phrases in _ROWS for phrase in phrases)
SEGMENT_OF_PHRASE = tuple(at for at, (_, _, phrases) in enumerate(_ROWS) for _ in phrases)


def _members(name: str) -> list[int]:
    """Segments meant by the name of one, or of a stage."""
    found = [at for at, segment in enumerate(SEGMENTS) if segment == name]
    return found or [at for at, stage in enumerate(STAGE_OF) if stage == name]


def _edges() -> NDArray[np.float32]:
    table = np.zeros((len(SEGMENTS), len(SEGMENTS)), dtype=np.float32)
    for line in _GOES_INTO.splitlines():
        inputs, _, products = line.partition(": ")
        for one in inputs.split(", "):
            for other in products.split(", "):
                table[np.ix_(_members(one), _members(other))] = 1
    np.fill_diagonal(table, 0)
    return table


# (segments, segments) float32: 1 where the row's product goes into the column's.
GOES_INTO = _edges()
