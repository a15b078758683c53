"""What is inside each technology area: narrower fields, with the words people use for them.

Codes are `area.field`. The fields are trade usage, chosen so that two firms in the same one understand each other.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

# area → (code, label, synonyms) of each field in it.
NARROWER: dict[str, list[tuple[str, Any, str]]] = {
    "semiconductors": [
        ("design", _("Chip design"), "fabless, soc design, asic design, vlsi design, rtl design, ip core"),
        ("eda", _("Design tools (EDA)"), "electronic design automation, simulation tools"),
        ("fabrication", _("Wafer fabrication"), "fab, foundry, front end, wafer fab, lithography"),
        (
            "packaging",
            _("Packaging and test"),
            "osat, atmp, assembly, test and packaging, flip chip, chiplet",
        ),
        ("compound", _("Compound semiconductors"), "silicon carbide, sic, gallium nitride, gan, gaas"),
        ("equipment", _("Chip-making equipment"), "deposition, etch, metrology, semiconductor equipment"),
        ("sensors", _("Sensors and MEMS"), "mems, image sensor, cmos sensor"),
        ("photonics", _("Photonic chips"), "silicon photonics, optoelectronics, photonic integrated circuit"),
    ],
    "ai": [
        ("machine_learning", _("Machine learning"), "ml, deep learning, neural networks"),
        ("language", _("Language and speech"), "nlp, natural language processing, llm, large language model"),
        ("vision", _("Computer vision"), "image recognition, video analytics"),
        ("analytics", _("Data and analytics"), "big data, data science, business intelligence"),
        ("computing", _("Advanced computing"), "hpc, supercomputing, edge computing, gpu computing"),
        (
            "interfaces",
            _("Human–machine interfaces"),
            "augmented reality, virtual reality, ar, vr, brain computer",
        ),
    ],
    "quantum": [
        ("computing", _("Quantum computing"), "qubit, quantum processor"),
        ("communication", _("Quantum communication"), "qkd, quantum key distribution, quantum cryptography"),
        ("sensing", _("Quantum sensing"), "quantum metrology, atomic clock"),
        ("materials", _("Quantum materials and devices"), "superconducting, cryogenic"),
    ],
    "cybersecurity": [
        ("network", _("Network security"), "firewall, intrusion detection, zero trust"),
        ("identity", _("Identity and access"), "iam, authentication, biometrics, single sign-on"),
        ("privacy", _("Data privacy"), "encryption, privacy enhancing, data protection"),
        ("fraud", _("Fraud detection"), "anti fraud, anti money laundering"),
        ("industrial", _("Security of plants and devices"), "ot security, scada, iot security"),
    ],
    "biotech": [
        ("pharma", _("Pharmaceuticals"), "drug, drug discovery, api, formulation, vaccine"),
        ("devices", _("Medical devices"), "medtech, implants, surgical"),
        ("diagnostics", _("Diagnostics"), "in vitro diagnostics, point of care, imaging"),
        ("biomanufacturing", _("Biomanufacturing"), "fermentation, bioprocess, cell culture, biologics"),
        ("synthetic", _("Synthetic biology and genomics"), "gene editing, crispr, genomics, sequencing"),
        ("digital_health", _("Digital health"), "telemedicine, mhealth, health records"),
    ],
    "space": [
        ("launch", _("Launch vehicles"), "rocket, propulsion"),
        ("satellites", _("Satellites and payloads"), "cubesat, small satellite, spacecraft"),
        ("earth_observation", _("Earth observation"), "remote sensing, satellite imagery"),
        ("geospatial", _("Maps and geospatial services"), "gis, mapping, location"),
        ("navigation", _("Navigation and timing"), "gnss, gps, navic, pnt, positioning"),
        ("ground", _("Ground systems"), "ground station, mission control"),
    ],
    "clean_energy": [
        ("solar", _("Solar"), "photovoltaic, pv, solar panel"),
        ("wind", _("Wind"), "wind turbine, offshore wind"),
        ("storage", _("Batteries and storage"), "battery, lithium ion, energy storage, bms"),
        ("hydrogen", _("Hydrogen and fuel cells"), "green hydrogen, electrolyzer, fuel cell"),
        ("grid", _("Grids and power electronics"), "smart grid, inverter, power electronics"),
        ("efficiency", _("Energy efficiency"), "led, energy audit"),
        ("nuclear", _("Nuclear and fusion"), "small modular reactor, smr, fusion"),
        ("ev", _("Electric vehicles and charging"), "ev, electric vehicle, charging"),
    ],
    "climate": [
        ("water", _("Water and wastewater"), "desalination, water treatment, purification"),
        ("waste", _("Waste and recycling"), "circular economy, e-waste, plastic recycling"),
        ("air", _("Air quality"), "emissions monitoring, pollution control"),
        ("carbon", _("Carbon capture and accounting"), "ccus, carbon credits, direct air capture"),
        ("resilience", _("Climate risk and resilience"), "adaptation, disaster, weather forecasting"),
    ],
    "advanced_manufacturing": [
        ("robotics", _("Robots and cobots"), "robot, industrial robot, gripper"),
        ("additive", _("3D printing"), "additive manufacturing, laser sintering"),
        ("machining", _("Precision machining"), "cnc, milling, turning, tooling"),
        ("automation", _("Industrial automation"), "plc, scada, industry 4.0, digital twin"),
        ("electronics", _("Electronics manufacturing"), "ems, pcb, pcba, smt, printed circuit board"),
        (
            "inspection",
            _("Inspection and metrology"),
            "machine vision, quality control, non destructive testing",
        ),
    ],
    "advanced_materials": [
        ("composites", _("Composites"), "carbon fiber, fibre reinforced"),
        ("minerals", _("Critical minerals"), "lithium, cobalt, gallium, germanium, mining"),
        ("rare_earths", _("Rare earths and magnets"), "neodymium, permanent magnet"),
        ("nano", _("Nanomaterials"), "nanotechnology, graphene, nanotubes"),
        ("ceramics", _("Ceramics and glass"), "technical ceramics, specialty glass"),
        ("chemicals", _("Specialty chemicals"), "electronic chemicals, coatings, polymers"),
    ],
    "telecom": [
        ("mobile", _("5G and 6G"), "5g, 6g, cellular"),
        ("open_ran", _("Open RAN"), "oran, radio access network"),
        ("optical", _("Optical networks"), "fiber optic, transceiver"),
        ("iot", _("Internet of things"), "iot, lora, connected devices"),
        ("satcom", _("Satellite communication"), "satcom, satellite broadband"),
        ("antennas", _("Antennas and RF"), "rf, radio frequency, antenna"),
    ],
    "drones": [
        ("aerial", _("Drones"), "uav, uas, quadcopter, unmanned aircraft"),
        ("ground", _("Ground vehicles without drivers"), "self driving, autonomous vehicle, agv"),
        ("maritime", _("Uncrewed vessels"), "underwater drone, auv, usv"),
        ("control", _("Autopilots and control"), "flight controller, autopilot, swarm"),
        ("counter", _("Protection against drones"), "counter drone, anti drone"),
    ],
    "defence": [
        ("sensing", _("Radar and surveillance"), "radar, signature management, electronic warfare, sonar"),
        ("directed_energy", _("Directed energy"), "laser weapon, high power microwave"),
        ("hypersonics", _("Hypersonics"), "scramjet, thermal protection"),
        ("propulsion", _("Gas turbines"), "gas turbine, jet engine, aero engine"),
        ("electronics", _("Defense electronics"), "avionics, ruggedized, mission computer"),
        ("protection", _("Protection and armor"), "body armor, armour"),
    ],
    "fintech": [
        ("payments", _("Payments"), "upi, wallet, payment gateway, remittance"),
        ("lending", _("Lending and credit"), "loans, credit scoring, bnpl"),
        ("insurance", _("Insurance"), "insurtech, underwriting"),
        ("wealth", _("Wealth and markets"), "trading, investing, wealthtech"),
        (
            "public_infrastructure",
            _("Digital public infrastructure"),
            "dpi, india stack, aadhaar, ondc, digilocker",
        ),
        ("regtech", _("Compliance technology"), "regtech, kyc, aml"),
    ],
    "travel": [
        ("booking", _("Booking and travel agencies"), "travel booking, online travel agency, ota"),
        ("hospitality", _("Hotels and hospitality"), "hotel, homestay, restaurant"),
        ("experiences", _("Tours and heritage"), "tour operator, ecotourism, heritage"),
        ("mobility", _("Shared mobility"), "ride sharing, fleet, micromobility"),
        ("logistics", _("Logistics"), "freight, last mile, warehousing"),
    ],
    "agrifood": [
        ("precision", _("Precision agriculture"), "smart farming, soil sensor, precision farming"),
        ("inputs", _("Seeds and inputs"), "fertilizer, biopesticide, seeds"),
        ("processing", _("Food processing"), "food tech, packaging of food"),
        ("supply", _("Farm-to-market supply"), "cold chain, farm to fork, traceability"),
        ("livestock", _("Dairy, livestock and fish"), "dairy, poultry, aquaculture"),
        ("proteins", _("Alternative proteins"), "plant based, cultivated meat"),
    ],
    "edtech": [
        ("schools", _("School learning"), "k12, tutoring"),
        ("vocational", _("Vocational training"), "skilling, upskilling, apprenticeship"),
        ("higher", _("Higher education"), "university, degree"),
        ("platforms", _("Learning platforms"), "lms, e-learning, mooc"),
        ("assessment", _("Tests and credentials"), "assessment, certification, proctoring"),
    ],
    "enterprise": [
        ("cloud", _("Cloud infrastructure"), "cloud computing, devops, kubernetes, data center"),
        ("business_apps", _("Business applications"), "erp, crm, hr software, accounting software"),
        ("developer_tools", _("Developer tools"), "api, testing tools, low code"),
        ("supply_chain", _("Supply chain software"), "procurement, inventory"),
        ("services", _("IT services"), "outsourcing, system integration, consulting"),
        ("marketing", _("Sales and marketing software"), "martech, adtech, sales automation"),
    ],
}
